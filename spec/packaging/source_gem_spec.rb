# frozen_string_literal: true

RSpec.describe "The source gem" do
  let(:files) { PackedGems.files_in(PackedGems.source) }

  def files_of(*patterns) = Dir.glob(patterns, base: Workspace::ROOT)

  it "contains the necessary files and no others" do
    expect(files).to match_array(
      %w[.yardopts ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md Cargo.lock Cargo.toml LICENSE README.md] +
      %w[ext/pusher/Cargo.toml ext/pusher/extconf.rb ext/pusher-core/Cargo.toml] +
      files_of("lib/*.rb", "lib/pusher/**/*.{rb,tt}", "sig/*.rbs", "docs/*.md", "exe/*", "examples/opentelemetry.rb") +
      %w[sbom.cdx.json] +
      Workspace.compiled_files
    )
  end

  it "contains every file that its documents link" do
    links = files.grep(/\.md\z/).flat_map do |name|
      text = File.read(File.join(Workspace::ROOT, name)).gsub(/^( *)```.*?^\1```$|`[^`\n]*`/m, "")
      text.scan(/\]\((?!\w+:)([^)#\s]+)/).flatten.map do |link|
        File.expand_path(link, "/#{File.dirname(name)}").delete_prefix("/")
      end
    end
    expect(links).to include("docs/migrating.md", "sig/pusher.rbs")
    # The pictures would double the size of the gem.
    expect(files).to include(*links.grep_v(/\.(?:png|svg)\z/))
  end

  it "has the program pusher-doctor" do
    expect(PackedGems.specification_of(PackedGems.source)).to have_attributes(bindir: "exe",
                                                                              executables: ["pusher-doctor"])
    modes = ["exe/pusher-doctor", "README.md"].map { |file| PackedGems.executable?(PackedGems.source, file) }
    expect(modes).to eq([true, false])
  end

  it "depends on the gems that it needs to run or to compile, and no others" do
    dependencies = PackedGems.specification_of(PackedGems.source).dependencies
    expect(dependencies.to_h { |dependency| [dependency.name, dependency.type] })
      .to eq("base64" => :runtime, "logger" => :runtime, "multi_json" => :runtime, "rb_sys" => :runtime)
  end

  # The steps of "Without a network" in docs/installation.md.
  it "compiles in an empty home, without files of the checkout and without a network, and works there" do
    Workspace.fetch_crates
    GemHome.open do |home|
      installation = home.install(PackedGems.source, network: false, CARGO_NET_OFFLINE: "true")
      expect(installation).to have_attributes(success: true), installation.output
      expect(home).to be_able_to_use_the_gem
      # RubyGems can be configured to install extensions only into a folder of their own.
      File.delete(*Dir["#{home.path}/gems/pusher-*/lib/pusher/pusher.*"])
      expect(home).to be_able_to_use_the_gem
    end
  end
end
