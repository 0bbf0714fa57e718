# frozen_string_literal: true

require "fileutils"
require_relative "debian_source"
require_relative "unpacked_ruby"
require_relative "zig_compiler"

module Packaging
  # A Ruby for another system, of which only the headers and the settings exist. Ruby's `configure` finds them out, with
  # zig as the compiler.
  class ForeignRuby < UnpackedRuby
    # The systems in the words of `configure`, by the target of rustc.
    HOSTS = { "x86_64-pc-windows-gnu" => "x86_64-w64-mingw32", "aarch64-apple-darwin" => "aarch64-apple-darwin" }.freeze
    # Increment this when the contents of the folder change.
    LAYOUT = 1

    # Every program of macOS is linked to this library, which zig does not bring.
    OBJC = <<~TBD
      --- !tapi-tbd
      tbd-version: 4
      targets: [ arm64-macos ]
      install-name: '/usr/lib/libobjc.A.dylib'
      ...
    TBD

    class << self
      # @param target [String] the target of rustc
      # @return [ForeignRuby] configured if it does not exist
      # @raise [Failure] if it cannot be configured
      def make(target)
        new(Tools.keep("ruby-#{DebianSource::RUBY_LINE}-#{target}-#{LAYOUT}") { |folder| configure(target, folder) })
      end

      private

      def configure(target, folder)
        puts "Configuring a Ruby for #{target}, for its headers. This takes two minutes."
        DebianSource.unpack(DebianSource::RUBY) do |sources|
          source = "#{sources}/#{DebianSource::RUBY}"
          build = FileUtils.mkdir_p("#{sources}/build").first
          run_configure(target, source, build)
          Tools.run_quietly("make", "rbconfig.rb", chdir: build)
          install(source, build, folder)
        end
      end

      # Where `make install` would put these files.
      def install(source, build, folder)
        system_name = File.basename(Dir["#{build}/.ext/include/*"].first)
        libraries = "#{folder}/lib/ruby/#{DebianSource::RUBY_LINE}.0/#{system_name}"
        headers = "#{folder}/include/ruby-#{DebianSource::RUBY_LINE}.0"
        FileUtils.mkdir_p([libraries, headers])
        FileUtils.cp("#{build}/rbconfig.rb", libraries)
        FileUtils.cp_r(["#{source}/include/.", "#{build}/.ext/include/."], headers)
      end

      def run_configure(target, source, build)
        compiler = ZigCompiler.new(target)
        File.write("#{build}/libobjc.tbd", OBJC)
        Tools.run_quietly("#{source}/configure", "--quiet", "--host=#{HOSTS.fetch(target)}",
                          "--build=#{RbConfig::CONFIG["build"]}", "--with-baseruby=#{RbConfig.ruby}", "--disable-yjit",
                          "--disable-rjit", "CC=#{compiler.cc}", "AR=#{compiler.ar}", "RANLIB=#{compiler.ranlib}",
                          "LDFLAGS=-L#{build}", chdir: build)
      end
    end
  end
end
