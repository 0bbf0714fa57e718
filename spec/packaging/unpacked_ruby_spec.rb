# frozen_string_literal: true

require "fileutils"
require "open3"
require "tmpdir"
require_relative "../../packaging/unpacked_ruby"

RSpec.describe Packaging::UnpackedRuby do
  # As Ruby writes it, with the check of its version, and folders relative to this file.
  def rbconfig
    <<~RUBY
      module RbConfig
        RUBY_VERSION.start_with?("99.9.") or
          raise "ruby lib version (99.9.1) doesn't match executable version (\#{RUBY_VERSION})"

        TOPDIR = File.dirname(__FILE__).chomp!("/lib/ruby/99.9.0/x64-mingw-ucrt")
        CONFIG = { "MAJOR" => "99", "MINOR" => "9", "arch" => "x64-mingw-ucrt", "prefix" => TOPDIR }
        CONFIG["rubyhdrdir"] = RbConfig::CONFIG["prefix"] + "/include/ruby-99.9.0"
      end
    RUBY
  end

  def with_ruby
    Dir.mktmpdir do |prefix|
      folder = FileUtils.mkdir_p("#{prefix}/lib/ruby/99.9.0/x64-mingw-ucrt").first
      File.write("#{folder}/rbconfig.rb", rbconfig)
      yield described_class.new(prefix), prefix
    end
  end

  it "reads the settings of a Ruby of another version for another system, and leaves those of this Ruby" do
    with_ruby do |ruby, prefix|
      expect(ruby.line).to eq("99.9")
      expect(ruby.settings).to include("arch" => "x64-mingw-ucrt", "rubyhdrdir" => "#{prefix}/include/ruby-99.9.0")
      expect(RbConfig::CONFIG).to include("arch" => RUBY_PLATFORM)
    end
  end

  it "writes a program that prints the settings as rb-sys expects them from a Ruby" do
    with_ruby do |ruby, prefix|
      program = ruby.write_program("#{prefix}/program")
      output, status = Open3.capture2(program, "--disable-gems", "-rrbconfig", "-e", "print RbConfig::CONFIG")
      expect(status).to be_success
      expect(output.split("\x1E").to_h { |setting| setting.split("\x1F", 2) }).to eq(ruby.settings)
    end
  end

  it "says what a folder without a Ruby lacks" do
    Dir.mktmpdir do |folder|
      expect { described_class.new(folder) }.to raise_error(Packaging::Failure, /\A#{folder} contains no Ruby such as /)
    end
  end
end
