# frozen_string_literal: true

require "spec_helper"
require "yaml"
require_relative "../../support/documents"

RSpec.describe "The documents" do
  names = [*Documents.names, "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]

  # Without blocks and spans of code.
  def prose(name)
    Documents.text(name).gsub(/^( *)```.*?^\1```$/m, "").gsub(/`[^`\n]*`/) { |code| code.delete("[]()") }
  end

  # The targets of links: a path relative to the document, an anchor, or both.
  def links(name)
    prose(name).scan(/\]\(([^)\s]+)\)/).flatten.grep_v(/\A\w+:/)
  end

  # The anchors that GitHub gives the headings of a document.
  def anchors(name)
    headings = Documents.text(name).gsub(/^( *)```.*?^\1```$/m, "").scan(/^#+ (.*)$/).flatten
    slugs = headings.map do |heading|
      heading.gsub(/\[([^\]]*)\]\([^)]*\)/, '\1').downcase.gsub(/[^\w\- ]/, "").tr(" ", "-")
    end
    slugs.each_with_index.map do |slug, index|
      (count = slugs.first(index).count(slug)).zero? ? slug : "#{slug}-#{count}"
    end
  end

  def target_of(link, name)
    path, anchor = link.split("#", 2)
    [path.empty? ? name : File.join(File.dirname(name), path).delete_prefix("./").gsub(%r{[^/]+/\.\./}, ""), anchor]
  end

  names.each do |name|
    it "link files and anchors that exist, in #{name}" do
      broken = links(name).reject do |link|
        path, anchor = target_of(link, name)
        File.exist?(File.join(Documents::ROOT, path)) && (anchor.nil? || anchors(path).include?(anchor))
      end
      expect(broken).to be_empty
    end
  end

  it "are all linked by the README" do
    expect(links("README.md").map { |link| link.sub(/#.*/, "") }).to include(*(Documents.names - ["README.md"]))
  end

  it "are all described by docs/README.md" do
    chapters = Documents.names.grep(%r{\Adocs/}).map { |name| File.basename(name) } - ["README.md"]
    expect(links("docs/README.md") - ["../README.md"]).to match_array(chapters)
  end

  it "start with their title, and list their sections if there are more than three" do
    (Documents.names - ["README.md"]).each do |name|
      sections = Documents.text(name).gsub(/^( *)```.*?^\1```$/m, "").scan(/^## (.*)$/).flatten
      expect(Documents.text(name)).to start_with("# ")
      expect(Documents.text(name)).to include(*sections.map { |title| "- [#{title}](#" }), name if sections.size > 3
    end
  end

  it "keep the README short" do
    expect(Documents.text("README.md").lines.size).to be <= 300
  end

  it "have the count of objects in bench/budgets.yml in docs/performance.md" do
    counts = YAML.safe_load_file(File.join(Documents::ROOT, "bench/budgets.yml"))["counts"]
    expect(Documents.text("docs/performance.md")).to include("creates #{counts["objects of a trigger"]} Ruby objects")
  end

  it "name only programs that exist" do
    programs = names.flat_map do |name|
      Documents.text(name).scan(%r{(?<![\w/.])(bin/(?!rails)[\w-]+|exe/[\w-]+|examples/\w+\.\w+)})
    end
    expect(programs.flatten.uniq.reject { |path| File.exist?(File.join(Documents::ROOT, path)) }).to be_empty
  end

  it "describe each error in docs/errors.md" do
    errors = Pusher.constants.map { |name| Pusher.const_get(name) }.grep(Class).select { |type| type <= Exception }
    text = Documents.text("docs/errors.md")
    shown = errors.reject { |type| text.match?(/\b#{type.name.delete_prefix("Pusher::")}\b/) }
    expect(shown).to be_empty
  end

  it "list each option of a client in docs/configuration.md" do
    source = File.read(File.join(Documents::ROOT, "lib/pusher/client/configuration.rb"))
    options = source[/@param options \[Hash\].*?(?=^ +# @raise)/m].scan(/`:(\w+)`/).flatten
    expect(options.size).to be > 10
    expect(Documents.text("docs/configuration.md")[/^## Options$.*?^## /m].scan(/`(\w+)`/).flatten).to include(*options)
  end

  it "show types that sig/ declares" do
    signatures = Dir[File.join(Documents::ROOT, "sig/*.rbs")].flat_map { |file| File.readlines(file).map(&:strip) }
    shown = Documents.names.flat_map { |name| Documents.examples(name, "rbs") }.flat_map { |block| block.code.lines }
    expect(shown).not_to be_empty
    expect(signatures).to include(*shown.map(&:strip))
  end
end
