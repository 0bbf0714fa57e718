// node ruby_in_node.mjs RUBY_PACKAGE_FOLDER WASI_PACKAGE_FOLDER PROGRAM FILE ...
//
// Runs a Ruby program in a Ruby that is compiled to WebAssembly. It sees only the named files, at the same relative
// paths, and gets their names as ARGV. The files are in memory: Node's own WASI crashes when Ruby reads hundreds of files.

import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [rubyFolder, wasiFolder, program, ...files] = process.argv.slice(2);

const inRubyFolder = createRequire(path.join(path.resolve(rubyFolder), "package.json"));
const { RubyVM } = inRubyFolder("@ruby/wasm-wasi");
const shim = path.resolve(wasiFolder, "node_modules/@bjorn3/browser_wasi_shim/dist/index.js");
const { WASI, File, Directory, OpenFile, PreopenDirectory } = await import(pathToFileURL(shim));

function inMemory(names) {
  const root = new Map();
  for (const name of names) {
    const folders = name.split("/");
    const base = folders.pop();
    let folder = root;
    for (const step of folders) {
      if (!folder.has(step)) folder.set(step, new Directory(new Map()));
      folder = folder.get(step).contents;
    }
    folder.set(base, new File(fs.readFileSync(name)));
  }
  return root;
}

// Ruby must not take its output for a terminal's, which it colours.
const output = new File([]);
const descriptors = [
  new OpenFile(new File([])),
  new OpenFile(output),
  new OpenFile(output),
  new PreopenDirectory("/", inMemory(files)),
];

const wasi = new WASI(["ruby"], [], descriptors, { debug: false });
const vm = new RubyVM();
const imports = { wasi_snapshot_preview1: wasi.wasiImport };
vm.addToImports(imports);
const wasm = fs.readFileSync(path.join(rubyFolder, "ruby.wasm"));
const { instance } = await WebAssembly.instantiate(wasm, imports);
await vm.setInstance(instance);
wasi.initialize(instance);
vm.initialize(["ruby", "--disable=gems", "-EUTF-8", "-e_=0", ...files]);
vm.eval(fs.readFileSync(program, "utf8"));
process.stdout.write(output.data);
