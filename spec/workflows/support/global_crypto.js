// Node 18 has no global `crypto`, which Go's WebAssembly needs.
globalThis.crypto ??= require("node:crypto").webcrypto;
