# frozen_string_literal: true

require_relative "../spec/support/download_cache"

# RUSTC_BOOTSTRAP permits `-Z` options on the stable toolchain. Toolchains from rustup have the library of the
# sanitizer; Debian's have not.
desc "Run the tests of the core crate with AddressSanitizer, and fail on invalid memory accesses and leaks"
task :asan do
  host = `rustc -vV`[/^host: (.+)/, 1]
  runtime = Dir["#{`rustc --print sysroot`.chomp}/lib/rustlib/#{host}/lib/librustc*_rt.asan.*"]
  abort "This Rust toolchain has no AddressSanitizer. Install it with rustup." if runtime.empty?

  sh({ "RUSTC_BOOTSTRAP" => "1", "RUSTFLAGS" => "-Zsanitizer=address" }, "cargo", "test", "--package", "pusher-core",
     "--locked", "--quiet", "--target", host, "--target-dir", "#{DownloadCache.folder}/asan")
end
