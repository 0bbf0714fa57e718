# frozen_string_literal: true

require "json"

RSpec.describe "The software bill of materials" do
  { "the source gem" => :source, "the precompiled gem" => :precompiled }.each do |name, gem|
    context "of #{name}" do
      let(:document) { JSON.parse(PackedGems.content_of(PackedGems.public_send(gem), "sbom.cdx.json")) }
      let(:components) { document.fetch("components") }

      it "describes this gem" do
        expect(document).to include("bomFormat" => "CycloneDX", "specVersion" => "1.6", "version" => 1,
                                    "serialNumber" => match(/\Aurn:uuid:\h{8}-\h{4}-8\h{3}-8\h{3}-\h{12}\z/))
        expect(document.dig("metadata", "component"))
          .to include("name" => "pusher", "version" => PackedGems.version, "purl" => start_with("pkg:gem/pusher@"))
      end

      it "lists the gems with their requirements" do
        gems = PackedGems.specification_of(PackedGems.public_send(gem)).runtime_dependencies
        listed = components.select { |component| component["purl"].start_with?("pkg:gem/") }
        expect(listed.to_h { |component| [component["name"], component.dig("properties", 0, "value")] })
          .to eq(gems.to_h { |dependency| [dependency.name, dependency.requirement.to_s] })
      end

      it "lists crates with the version, checksum and license of Cargo.lock" do
        lock = File.read("#{Workspace::ROOT}/Cargo.lock")
                   .scan(/^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/)
        crates = components.select { |component| component["purl"].start_with?("pkg:cargo/") }
        described = crates.map { |crate| [*crate.values_at("name", "version"), crate.dig("hashes", 0, "content")] }
        expect(described.map(&:first)).to include("ring", "rustls", "ureq-proto", "magnus", "rb-sys")
        expect(described - lock).to be_empty
        expect(crates.map { |crate| crate.dig("licenses", 0, "expression") }).to all(match(/MIT|Apache|ISC|BSD|CDLA/))
      end

      it "does not list crates that only tests need" do
        expect(components.map { |component| component["name"] }).not_to include("pusher-core", "rcgen")
      end

      it "refers only to components that it lists" do
        known = components.map { |component| component["bom-ref"] }
        known << document.dig("metadata", "component", "bom-ref")
        dependencies = document.fetch("dependencies")
        expect(dependencies.flat_map { |dependency| dependency["dependsOn"] }.uniq - known).to be_empty
        expect(known.uniq).to eq(known)
        reached = dependencies.flat_map { |dependency| dependency["dependsOn"] }.uniq
        expect(known - reached).to contain_exactly(document.dig("metadata", "component", "bom-ref"))
      end
    end
  end

  it "lists what runs during the build only for the source gem" do
    documents = [PackedGems.source, PackedGems.precompiled].map { |gem| PackedGems.content_of(gem, "sbom.cdx.json") }
    names = documents.map { |json| JSON.parse(json).fetch("components").map { |component| component["name"] } }
    expect(names.first).to include("bindgen", "syn", "windows-sys")
    expect(names.last).not_to include("bindgen", "syn", "windows-sys", "rb_sys")
  end
end
