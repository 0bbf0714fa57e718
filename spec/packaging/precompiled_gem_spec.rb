# frozen_string_literal: true

RSpec.describe "The precompiled gem" do
  let(:specification) { PackedGems.specification_of(PackedGems.precompiled) }

  it "contains the compiled native part instead of its sources" do
    sources = PackedGems.files_in(PackedGems.source).grep(%r{\A(ext/|Cargo\.)})
    native_part = "lib/pusher/pusher.#{RbConfig::CONFIG["DLEXT"]}"
    expect(PackedGems.files_in(PackedGems.precompiled))
      .to match_array(PackedGems.files_in(PackedGems.source) - sources + [native_part])
  end

  it "has no extension to compile and no dependency for that" do
    expect(specification.extensions).to be_empty
    expect(specification.dependencies.map(&:name)).to contain_exactly("base64", "logger", "multi_json")
  end

  it "is for this platform and this line of Ruby only" do
    this_line = Gem::Version.new(RUBY_VERSION).segments.first(2).join(".")
    next_line = Gem::Version.new("#{this_line}.0").bump
    expect(specification.platform).to eq(Gem::Platform.new(RUBY_PLATFORM))
    expect(specification.required_ruby_version).to be_satisfied_by(Gem::Version.new(RUBY_VERSION))
    expect(specification.required_ruby_version).not_to be_satisfied_by(next_line)
  end

  it "installs with documentation for ri, and with the program pusher-doctor" do
    GemHome.open do |home|
      installation = home.install(PackedGems.precompiled, documents: true)
      expect(installation).to have_attributes(success: true), installation.output
      {
        "Pusher::Client#trigger" => "trigger(channels, event_name, data, params = {})",
        "Pusher::Webhooks" => "The endpoint for webhooks",
        "pusher:README.md" => "A Ruby server library"
      }.each do |name, text|
        expect(home.documentation_of(name)).to have_attributes(success: true,
                                                               output: include(text))
      end
      expect(home.program("pusher-doctor")).to have_attributes(success: true, output: /^native library +ok/)
    end
  end

  it "installs and works without cargo, a compiler and make" do
    GemHome.open do |home|
      home.leave_only_ruby
      expect(home.ruby("%w[cargo rustc cc gcc clang make].each { |tool| system(tool, '--version', exception: true) }"))
        .to have_attributes(success: false, output: include("No such file or directory - cargo"))

      installation = home.install(PackedGems.precompiled)
      expect(installation).to have_attributes(success: true), installation.output
      expect(home).to be_able_to_use_the_gem
    end
  end
end
