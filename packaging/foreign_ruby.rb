# frozen_string_literal: true

require "fileutils"
require_relative "debian_source"
require_relative "target_ruby"
require_relative "zig_compiler"

module Packaging
  # A Ruby for another system, of which only the headers and the settings exist. Ruby's `configure` finds them out, with
  # zig as the compiler.
  class ForeignRuby < TargetRuby
    # The systems in the words of `configure`, by the target of rustc.
    HOSTS = { "x86_64-pc-windows-gnu" => "x86_64-w64-mingw32", "aarch64-apple-darwin" => "aarch64-apple-darwin" }.freeze
    # Increment this when the contents of the folder change.
    LAYOUT = 1
    # Where rbconfig.rb compares its version with that of the Ruby that reads it.
    VERSION_CHECK = /^\s*RUBY_VERSION\b.*\n\s*raise\b.*\n/

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
          FileUtils.mkdir_p(folder)
          FileUtils.cp_r(["#{source}/include", "#{build}/rbconfig.rb"], folder)
          FileUtils.cp_r("#{build}/.ext/include/.", "#{folder}/include")
        end
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

    # @param folder [String] with rbconfig.rb and the headers
    def initialize(folder)
      super(DebianSource::RUBY_LINE, nil)
      @folder = folder
    end

    # @return [Hash{String => String}] what RbConfig::CONFIG of that Ruby contains
    def settings
      @settings ||= begin
        namespace = Module.new
        namespace.module_eval(File.read("#{@folder}/rbconfig.rb").sub(VERSION_CHECK, ""), "#{@folder}/rbconfig.rb")
        config = namespace::RbConfig::CONFIG
        config.merge("rubyhdrdir" => "#{@folder}/include", "rubyarchhdrdir" => "#{@folder}/include/#{config["arch"]}")
      end
    end

    private

    def print_settings(file)
      File.write(file, settings.map { |setting| setting.join("\x1F") }.join("\x1E"))
    end
  end
end
