/** What an item with this number and payload is answered with: FNV-1a of both. */
export function checksum(id: number, payload: Uint8Array | string): number {
  let hash = 0x811c9dc5 ^ id;
  for (let i = 0; i < payload.length; i++) {
    const unit = typeof payload === "string" ? payload.charCodeAt(i) : payload[i]!;
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash >>> 0;
}
