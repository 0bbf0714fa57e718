# frozen_string_literal: true

require "digest"
require "json"

module Packaging
  # The software bill of materials of a gem, in CycloneDX's JSON, and the license texts of its crates. It is written
  # here because cargo-cyclonedx does not know gems, and writes the paths of the machine.
  class Inventory
    FORMAT = "1.6"

    # @param specification [Gem::Specification]
    # @param crates [Crates]
    def initialize(specification, crates)
      @specification = specification
      @crates = crates
    end

    # @return [String] JSON
    def to_json(*) = "#{JSON.pretty_generate(document)}\n"

    # @return [String] each text once, below the names of the crates that it applies to
    def license_texts
      texts = Hash.new { |hash, text| hash[text] = [] }
      @crates.all.each { |crate| crate.license_texts.each { |text| texts[text] << "#{crate.name} #{crate.version}" } }
      "The native part of this gem contains these crates, each under the license that is named:\n\n" \
        "#{list_of_licenses}\n#{texts.map { |text, names| "#{"=" * 80}\n#{names.join(", ")}\n\n#{text}\n" }.join("\n")}"
    end

    private

    def list_of_licenses = @crates.all.map { |crate| "#{crate.name} #{crate.version}: #{crate.spdx}\n" }.join

    def document
      content = {
        "metadata" => { "component" => gem_component },
        "components" => gems.map { |gem| gem_dependency(gem) } + @crates.all.map { |crate| crate_component(crate) },
        "dependencies" => dependencies
      }
      { "bomFormat" => "CycloneDX", "specVersion" => FORMAT, "serialNumber" => "urn:uuid:#{uuid_of(content)}",
        "version" => 1 }.merge(content)
    end

    # Made of the content, so that the document is the same in each build.
    def uuid_of(content)
      digest = Digest::SHA256.hexdigest(JSON.generate(content))
      [digest[0, 8], digest[8, 4], "8#{digest[13, 3]}", "8#{digest[17, 3]}", digest[20, 12]].join("-")
    end

    def gems = @specification.runtime_dependencies.sort_by(&:name)

    def gem_reference
      platform = @specification.platform
      suffix = platform == Gem::Platform::RUBY ? "" : "?platform=#{platform}"
      "pkg:gem/#{@specification.name}@#{@specification.version}#{suffix}"
    end

    def gem_component
      { "type" => "library", "bom-ref" => gem_reference, "purl" => gem_reference, "name" => @specification.name,
        "version" => @specification.version.to_s, "description" => @specification.summary,
        "licenses" => [{ "expression" => @specification.license }] }
    end

    # The application chooses the version of a gem. The gem names a range.
    def gem_dependency(gem)
      { "type" => "library", "bom-ref" => "pkg:gem/#{gem.name}", "purl" => "pkg:gem/#{gem.name}", "name" => gem.name,
        "scope" => "required",
        "properties" => [{ "name" => "pusher:requirement", "value" => gem.requirement.to_s }] }
    end

    def crate_component(crate)
      { "type" => "library", "bom-ref" => reference(crate.id), "purl" => reference(crate.id), "name" => crate.name,
        "version" => crate.version, "hashes" => [{ "alg" => "SHA-256", "content" => crate.checksum }],
        "licenses" => [{ "expression" => crate.spdx }] }
    end

    def reference(id) = "pkg:cargo/#{id}"

    def dependencies
      own = { "ref" => gem_reference,
              "dependsOn" => gems.map { |gem| "pkg:gem/#{gem.name}" } + @crates.direct.map { |id| reference(id) } }
      [own] + @crates.all.map do |crate|
        { "ref" => reference(crate.id), "dependsOn" => crate.dependencies.map { |id| reference(id) } }
      end
    end
  end
end
