# frozen_string_literal: true

require "etc"
require "fileutils"
require_relative "debian_source"

module Packaging
  # Compiles a Ruby against musl, with the libraries that RubyGems and the gem need.
  module MuslRubyBuild
    COMPILER = "musl-gcc"
    # RubyGems reads gems with these libraries. They are compiled without the scripts of their authors, which need
    # further tools.
    LIBRARIES = {
      "zlib" => { archive: "libz.a", sources: "*.c", macros: %w[HAVE_UNISTD_H] },
      "libyaml" => { archive: "libyaml.a", sources: "src/*.c",
                     macros: %w[YAML_VERSION_MAJOR=0 YAML_VERSION_MINOR=2 YAML_VERSION_PATCH=5
                                YAML_VERSION_STRING="0.2.5"] }
    }.freeze
    # What the gem and RubyGems do not need: it would double the time.
    OPENSSL_OPTIONS = %w[no-shared no-tests no-asm no-engine no-async no-module no-legacy no-dtls no-cms no-aria
                         no-camellia no-seed no-idea no-sm2 no-sm3 no-sm4 no-gost no-srp no-whirlpool no-bf no-cast
                         no-rc2 no-rc4 -O1 -w].freeze
    # The headers of Linux, which musl does not bring.
    KERNEL_HEADERS = ["/usr/include/linux", "/usr/include/asm-generic", "/usr/include/*/asm"].freeze
    # Parts of Ruby that need more libraries, or that nothing here uses.
    WITHOUT = %w[readline fiddle syslog win32ole gdbm dbm].freeze

    class << self
      # @param folder [String] where the Ruby is installed
      # @raise [Failure] if it cannot be compiled
      def compile(folder)
        puts "Compiling a Ruby against musl. This takes some minutes."
        DebianSource.unpack(DebianSource::RUBY, "openssl", *LIBRARIES.keys) do |sources|
          FileUtils.mkdir_p(%w[lib include].map { |name| "#{sources}/#{name}" })
          LIBRARIES.each { |name, library| compile_library("#{sources}/#{name}", sources, **library) }
          compile_openssl("#{sources}/openssl", sources)
          compile_ruby("#{sources}/#{DebianSource::RUBY}", sources, folder)
        end
      end

      private

      # Puts a static library and its headers where Ruby's `configure` looks for them.
      def compile_library(source, prefix, archive:, sources:, macros:)
        FileUtils.cp(Dir["#{source}/{,include/}*.h"], "#{prefix}/include")
        Tools.run_quietly(COMPILER, "-O2", "-fPIC", "-c", "-w", *macros.map { |macro| "-D#{macro}" },
                          "-I#{source}/include", *Dir["#{source}/#{sources}"], chdir: source)
        Tools.run_quietly("ar", "rcs", "#{prefix}/lib/#{archive}", *Dir["#{source}/*.o"])
      end

      def compile_openssl(source, prefix)
        kernel = FileUtils.mkdir_p("#{prefix}/kernel").first
        FileUtils.ln_s(Dir[*KERNEL_HEADERS], kernel)
        Tools.run_quietly("./Configure", "linux-#{RbConfig::CONFIG["build_cpu"]}", "CC=#{COMPILER}",
                          "--openssldir=/etc/ssl", *OPENSSL_OPTIONS, "-I#{kernel}", chdir: source)
        Tools.run_quietly("make", "--jobs=#{Etc.nprocessors}", "build_libs", chdir: source)
        FileUtils.cp(Dir["#{source}/lib{ssl,crypto}.a"], "#{prefix}/lib")
        FileUtils.cp_r("#{source}/include/openssl", "#{prefix}/include")
      end

      def compile_ruby(source, libraries, folder)
        leave_out_tests_and_gems(source)
        build = FileUtils.mkdir_p("#{libraries}/build").first
        Tools.run_quietly("#{source}/configure", "--quiet", "--prefix=#{folder}", "CC=#{COMPILER}",
                          "--build=#{RbConfig::CONFIG["build_cpu"]}-linux-musl", "--with-baseruby=#{RbConfig.ruby}",
                          "--with-opt-dir=#{libraries}", "--with-out-ext=#{WITHOUT.join(",")}", "--without-gmp",
                          "--disable-yjit", "--disable-rjit", "--disable-install-doc", "optflags=-O1", "debugflags=",
                          chdir: build)
        Tools.run_quietly("make", "--jobs=#{Etc.nprocessors}", chdir: build)
        Tools.run_quietly("make", "install", chdir: build)
      end

      # Tests of Ruby itself, and gems that are installed with it. The build would look for them in the gem registry.
      def leave_out_tests_and_gems(source)
        FileUtils.rm_rf(["#{source}/ext/-test-", "#{source}/.bundle"])
        File.write("#{source}/gems/bundled_gems", "")
      end
    end
  end
end
