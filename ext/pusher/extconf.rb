# frozen_string_literal: true

require "mkmf"

unless find_executable("cargo")
  abort "pusher is compiled from Rust, and no `cargo` was found on the PATH. Install a Rust toolchain " \
        "(1.85 or newer, see https://rustup.rs) and try again, or install a precompiled gem for your platform."
end

require "rb_sys/mkmf"

create_rust_makefile("pusher/pusher")
