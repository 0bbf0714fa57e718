# frozen_string_literal: true

# Before mkmf, which some other Ruby implementations do not have.
unless RUBY_ENGINE == "ruby"
  abort "pusher runs on CRuby, the standard Ruby, and not on #{RUBY_ENGINE}: its native part needs CRuby's own C API."
end

require "mkmf"

# What the build needs besides Ruby. Each is checked here, so that the error message says what to install.
module Prerequisites
  # Where bindgen looks for libclang on Linux. On other systems it comes with the compiler.
  LIBCLANG_FOLDERS = %w[
    /usr/local/llvm*/lib* /usr/local/lib*/*/* /usr/local/lib*/* /usr/local/lib*
    /usr/lib*/*/* /usr/lib*/* /usr/lib*
  ].freeze
  MINIMUM_RUST = File.read(File.expand_path("../../Cargo.toml", __dir__))[/^rust-version = "(.+)"/, 1]

  module_function

  def check
    abort_without "cargo from Rust #{MINIMUM_RUST} or newer", cargo_advice unless recent_cargo?
    abort_without "libclang", libclang_advice unless libclang?
    require "rb_sys/mkmf"
  rescue LoadError
    abort_without "the gem rb_sys", "Install it with `gem install rb_sys` and try again."
  end

  def abort_without(what, advice)
    abort "pusher cannot be compiled without #{what}. #{advice}"
  end

  # rb_sys installs a toolchain for this build only where this variable is set.
  def recent_cargo?
    return true if ENV.key?("RB_SYS_FORCE_INSTALL_RUST_TOOLCHAIN")

    cargo = find_executable(ENV.fetch("CARGO", "cargo"))
    version = cargo && IO.popen([cargo, "--version"], err: File::NULL, &:read)[/\d+\.\d+/]
    !version.nil? && Gem::Version.new(version) >= Gem::Version.new(MINIMUM_RUST)
  end

  def libclang?
    return true unless RUBY_PLATFORM.include?("linux")

    ENV.key?("LIBCLANG_PATH") || gem_libclang? || find_executable("llvm-config") || shared_libclang?
  end

  def gem_libclang?
    Gem::Specification.find_all_by_name("libclang").any?
  end

  def shared_libclang?
    folders = LIBCLANG_FOLDERS + ENV.fetch("LD_LIBRARY_PATH", "").split(File::PATH_SEPARATOR)
    folders.any? { |folder| Dir.glob("#{folder}/libclang{,-*}.so{,.*}").any? }
  end

  def cargo_advice
    "Install it, for example with rustup, and try again where `cargo` is on the PATH, " \
      "or install a precompiled pusher gem for this platform."
  end

  def libclang_advice
    "Install it, on Debian and Ubuntu with `apt-get install libclang-dev`, or name its folder in LIBCLANG_PATH, " \
      "and try again."
  end
end

Prerequisites.check

create_rust_makefile("pusher/pusher") do |builder|
  # Exactly the versions of Cargo.lock, which is in the gem.
  builder.extra_cargo_args += ["--locked"]
end
