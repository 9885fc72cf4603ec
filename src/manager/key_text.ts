/** An authentication key as text, in base64: the form in which it travels inside proxies. */
export function textOfKey(key: Uint8Array): string {
  return btoa(String.fromCharCode(...key));
}

/** The key again. */
export function keyOfText(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
