# frozen_string_literal: true

require "open3"
require "tmpdir"
require_relative "../../packaging/foreign_ruby"

RSpec.describe Packaging::ForeignRuby do
  # A folder as `configure` for Windows leaves it, with Ruby's check of its version.
  def with_ruby
    Dir.mktmpdir do |folder|
      File.write("#{folder}/rbconfig.rb", <<~RUBY)
        module RbConfig
          RUBY_VERSION.start_with?("99.9.") or
            raise "ruby lib version (99.9.1) doesn't match executable version (\#{RUBY_VERSION})"

          CONFIG = { "arch" => "x64-mingw-ucrt", "rubyhdrdir" => "/usr/local/include/ruby-99.9.0", "DLEXT" => "so" }
        end
      RUBY
      yield described_class.new(folder), folder
    end
  end

  it "reads the settings of a Ruby of another version for another system, and leaves those of this Ruby" do
    with_ruby do |ruby, folder|
      expect(ruby.settings).to include("arch" => "x64-mingw-ucrt", "DLEXT" => "so", "rubyhdrdir" => "#{folder}/include",
                                       "rubyarchhdrdir" => "#{folder}/include/x64-mingw-ucrt")
      expect(RbConfig::CONFIG).to include("arch" => RUBY_PLATFORM)
    end
  end

  it "writes a program that prints the settings as rb-sys expects them from a Ruby" do
    with_ruby do |ruby, folder|
      output, status = Open3.capture2(ruby.write_program("#{folder}/program"), "--disable-gems", "-rrbconfig", "-e",
                                      "1")
      expect(status).to be_success
      expect(output.split("\x1E").to_h { |setting| setting.split("\x1F", 2) }).to eq(ruby.settings)
    end
  end
end
