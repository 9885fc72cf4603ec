"""What one writes with CPython: Pool(2).imap over blocks of lines, written in order."""

import sys
from multiprocessing import Pool

BLOCK = 4 << 20


def blocks(path):
    with open(path, "rb") as file:
        rest = b""
        while piece := file.read(BLOCK):
            piece = rest + piece
            end = piece.rfind(b"\n") + 1
            rest = piece[end:]
            if end:
                yield piece[:end]
        if rest:
            yield rest


def lower(block):
    return block.decode().lower().encode()


if __name__ == "__main__":
    with Pool(2) as pool, open(sys.argv[2], "wb") as output:
        for block in pool.imap(lower, blocks(sys.argv[1])):
            output.write(block)
