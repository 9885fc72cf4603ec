;; Kernels for text. scripts/assemble_wat.ts makes text.wasm of this.
(module
  (import "env" "memory" (memory 1 65535 shared))

  ;; Rotates ASCII letters by 13, where they lie.
  (func (export "rot13") (param $at i32) (param $length i32)
    (local $end i32) (local $letter i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $at) (local.get $end)))
        ;; 0 to 25 for a letter of either case
        (local.set $letter (i32.sub (i32.or (i32.load8_u (local.get $at)) (i32.const 32)) (i32.const 97)))
        (if (i32.lt_u (local.get $letter) (i32.const 26))
          (then
            (i32.store8 (local.get $at)
              (i32.add
                (i32.load8_u (local.get $at))
                (select (i32.const 13) (i32.const -13) (i32.lt_u (local.get $letter) (i32.const 13)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))

  ;; Writes &amp; &lt; &gt; for & < >, so at most five bytes for one; returns how many bytes.
  (func (export "escape_html") (param $from i32) (param $length i32) (param $to i32) (param $capacity i32) (result i32)
    (local $end i32) (local $start i32) (local $byte i32)
    (local.set $end (i32.add (local.get $from) (local.get $length)))
    (local.set $start (local.get $to))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $from) (local.get $end)))
        (local.set $byte (i32.load8_u (local.get $from)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (if (i32.eq (local.get $byte) (i32.const 38))
          (then
            (i32.store align=1 (local.get $to) (i32.const 0x706d6126)) ;; "&amp"
            (i32.store8 offset=4 (local.get $to) (i32.const 59))
            (local.set $to (i32.add (local.get $to) (i32.const 5)))
            (br $next)))
        (if (i32.eq (i32.or (local.get $byte) (i32.const 2)) (i32.const 62))
          (then
            (i32.store align=1 (local.get $to)
              (select
                (i32.const 0x3b746c26) ;; "&lt;"
                (i32.const 0x3b746726) ;; "&gt;"
                (i32.eq (local.get $byte) (i32.const 60))))
            (local.set $to (i32.add (local.get $to) (i32.const 4)))
            (br $next)))
        (i32.store8 (local.get $to) (local.get $byte))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (br $next)))
    (i32.sub (local.get $to) (local.get $start))))
