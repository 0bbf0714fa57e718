# frozen_string_literal: true

require "rubygems/package"
require "tmpdir"
require_relative "../../packaging/gem_files"

RSpec.describe Packaging::GemFiles do
  let(:source) { Gem::Specification.load("#{Workspace::ROOT}/pusher.gemspec") }

  def accepted(requirement, *versions)
    requirement = Gem::Requirement.new(requirement)
    versions.select { |version| requirement.satisfied_by?(Gem::Version.new(version)) }
  end

  # The platform in the metadata, which RubyGems normalises when it reads the file.
  def platform_in(gem)
    Gem::Package::TarReader.new(File.open(gem, "rb")) do |tar|
      return Gem::Util.gunzip(tar.find { |entry| entry.full_name == "metadata.gz" }.read)[/^platform: (.+)$/, 1]
    end
  end

  described_class::PLATFORMS.each_key do |platform|
    it "names a gem for #{platform} in its file name and in its metadata" do
      Dir.mktmpdir do |folder|
        gem = Packaging::GemWriter.new(described_class.precompiled(source, platform, ["3.4"])).write(folder)
        expect(File.basename(gem)).to eq("pusher-#{PackedGems.version}-#{platform}.gem")
        expect(platform_in(gem)).to eq(platform)
      end
    end
  end

  it "leaves the specification of the source gem as it is" do
    described_class.precompiled(source, "arm64-darwin", ["3.4"])
    expect(source).to have_attributes(platform: "ruby", extensions: ["ext/pusher/extconf.rb"])
    expect(source.dependencies.map(&:name)).to include("rb_sys")
  end

  it "accepts exactly the lines of Ruby that are in the gem" do
    versions = %w[3.0.7 3.1.0 3.1.7 3.2.0 3.2.11 3.3.0 3.3.10 3.4.0 3.4.8 4.0.0 4.0.2 4.1.0.dev 4.1.0]
    expect(accepted(described_class.requirement(%w[3.1 3.3 3.4]), *versions))
      .to eq(%w[3.1.0 3.1.7 3.3.0 3.3.10 3.4.0 3.4.8])
    expect(accepted(described_class.requirement(%w[3.3 4.0]), *versions)).to eq(%w[3.3.0 3.3.10 4.0.0 4.0.2])
    expect(accepted(described_class.requirement(%w[3.4]), *versions)).to eq(%w[3.4.0 3.4.8])
  end
end
