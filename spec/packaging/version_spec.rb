# frozen_string_literal: true

RSpec.describe "The version" do
  let(:version) { PackedGems.version }

  it "is the same for the gem and each of its crates" do
    expect(Workspace.own_packages.to_h { |package| package.values_at("name", "version") })
      .to eq("pusher" => version, "pusher-core" => version)
  end

  it "is that of the crates in Cargo.lock" do
    lock = File.read("#{Workspace::ROOT}/Cargo.lock")
    versions = lock.scan(/^name = "(pusher(?:-core)?)"\nversion = "(.+)"/).to_h
    expect(versions).to eq("pusher" => version, "pusher-core" => version)
  end

  it "is that of both packed gems" do
    gems = [PackedGems.source, PackedGems.precompiled]
    expect(gems.map { |gem| PackedGems.specification_of(gem).version.to_s }).to all(eq(version))
  end

  it "has a section in the changelog" do
    expect(File.read("#{Workspace::ROOT}/CHANGELOG.md")).to match(/^## \[?#{Regexp.escape(version)}\b/)
  end
end
