# frozen_string_literal: true

require "open3"
require "tmpdir"
require_relative "../../packaging/copied_gems"

RSpec.describe Packaging::CopiedGems do
  it "copies gems, with what they need, so that a Ruby without others can use them" do
    Dir.mktmpdir do |home|
      described_class.new(%w[rspec multi_json]).write(home)
      program = 'require "multi_json"; require "rspec"; puts RSpec::Core, RSpec::Mocks, MultiJson.dump({ "a" => 1 })'
      output, status = Open3.capture2e({ "GEM_HOME" => home, "GEM_PATH" => home, "RUBYLIB" => nil, "RUBYOPT" => nil },
                                       Gem.ruby, "-e", "#{program}; puts $LOADED_FEATURES.grep(/rspec|multi_json/)")
      expect(status).to be_success, output
      names, features = output.lines(chomp: true).partition { |line| !line.start_with?("/") }
      expect(names).to eq(["RSpec::Core", "RSpec::Mocks", '{"a":1}'])
      expect(features.grep(/rspec/)).to all(start_with(File.realpath(home)))
    end
  end
end
