# frozen_string_literal: true

require "json"
require "rdoc"
require_relative "../../packaging/shared_library"

RSpec.describe "The precompiled gem" do
  this_line = RUBY_VERSION[/\A\d+\.\d+/]
  on_linux = RUBY_PLATFORM.include?("linux")
  on_gnu = on_linux && !RUBY_PLATFORM.include?("musl")
  c_library = on_gnu ? "gnu" : "musl"

  # RDoc 6.5 and 6.6, those of Ruby 3.2 and 3.3, raise on documents with tables.
  tables_in_ri = !RDoc::VERSION.match?(/\A6\.[56]\./)

  let(:gem) { PackedGems.precompiled }
  let(:specification) { PackedGems.specification_of(gem) }
  let(:lines) { PackedGems.precompiled_lines }

  # A home with the installed gem, and without cargo, a compiler and make.
  def with_installed_gem
    GemHome.open do |home|
      home.leave_only_ruby
      installation = home.install(gem)
      expect(installation).to have_attributes(success: true), installation.output
      yield home, Dir["#{home.path}/gems/pusher-*/lib/pusher"].first
    end
  end

  it "contains the compiled native part instead of its sources" do
    sources = PackedGems.files_in(PackedGems.source).grep(%r{\A(ext/|Cargo\.)})
    native_parts = lines.map { |line| "lib/pusher/#{line}/pusher.#{RbConfig::CONFIG["DLEXT"]}" }
    expect(lines).to include(this_line)
    expect(PackedGems.files_in(gem))
      .to match_array(PackedGems.files_in(PackedGems.source) - sources + native_parts + ["CRATE_LICENSES.txt"])
  end

  it "has no extension to compile and no dependency for that" do
    expect(specification.extensions).to be_empty
    expect(specification.dependencies.map(&:name)).to contain_exactly("base64", "logger", "multi_json")
  end

  it "is for exactly the lines of Ruby for which it has a library" do
    accepted = %w[3.0 3.1 3.2 3.3 3.4 3.5 4.0 4.1].select do |line|
      patches = %w[0 1 4 11].map { |patch| Gem::Version.new("#{line}.#{patch}") }
      patches.any? { |version| specification.required_ruby_version.satisfied_by?(version) }
    end
    expect(accepted).to match_array(lines)
  end

  it "installs with documentation for ri" do
    GemHome.open do |home|
      installation = home.install(gem, documents: true)
      expect(installation).to have_attributes(success: true), installation.output
      # RDoc 6.9 and newer do so with a plugin of RubyGems, which Debian's Ruby 3.4 does not load.
      skip "RubyGems creates no documents here" unless installation.output.include?("Installing ri documentation")

      {
        "Pusher::Client#trigger" => "trigger(channels, event_name, data, params = {})",
        "Pusher::Webhooks" => "The endpoint for webhooks",
        "pusher:docs/encryption.md" => "encrypted on your server",
        **(tables_in_ri ? { "pusher:README.md" => "A Ruby server library" } : {})
      }.each do |name, text|
        expect(home.documentation_of(name)).to have_attributes(success: true, output: include(text))
      end
    end
  end

  it "installs with the program pusher-doctor" do
    with_installed_gem do |home|
      expect(home.program("pusher-doctor")).to have_attributes(success: true, output: /^native library +ok/)
    end
  end

  it "installs and works without cargo, a compiler and make" do
    with_installed_gem do |home|
      expect(home.ruby("%w[cargo rustc cc gcc clang make].each { |tool| system(tool, '--version', exception: true) }"))
        .to have_attributes(success: false, output: include("No such file or directory - cargo"))
      expect(home).to be_able_to_use_the_gem
    end
  end

  it "installs and works with Bundler, without cargo, a compiler and make" do
    GemHome.open do |home|
      home.leave_only_ruby
      installation = home.install_bundle(gem)
      expect(installation).to have_attributes(success: true), installation.output
      expect(home).to be_able_to_use_the_bundle
    end
  end

  it "says what to do on a Ruby for which it has no library" do
    with_installed_gem do |home, folder|
      others = lines.map { |line| "0.#{line.delete(".")}" }
      lines.zip(others) { |line, other| File.rename("#{folder}/#{line}", "#{folder}/#{other}") }
      expect(home.ruby("require 'pusher'").output).to include(
        "This precompiled pusher gem is for Ruby #{others.join(", ")}, and not for Ruby #{this_line}. Install the " \
        "source gem: with `gem install pusher --platform ruby`, or in a bundle with `gem \"pusher\", " \
        "force_ruby_platform: true`. (LoadError)"
      )
    end
  end

  it "says what to do on a system that cannot load its library" do
    with_installed_gem do |home, folder|
      File.write(Dir["#{folder}/#{this_line}/pusher.*"].first, "for another system")
      expect(home.ruby("require 'pusher'").output).to match(
        /This precompiled pusher gem does not work on this system \(#{RUBY_PLATFORM}\): .+ Install the source gem: /
      )
    end
  end

  it "contains the license texts of all crates that are linked" do
    texts = PackedGems.content_of(gem, "CRATE_LICENSES.txt").force_encoding(Encoding::UTF_8)
    expect(texts).to include("ring 0.17", "Apache-2.0 AND ISC", "subtle 2", "BSD-3-Clause")
      .and include("Permission is hereby granted, free of charge").and include("Brian Smith")
  end

  it "is chosen by the systems that can use it, and by no others that RubyGems can tell apart", if: on_linux do
    cpu = Gem::Platform.local.cpu
    systems = ["#{cpu}-linux-gnu", "#{cpu}-linux", "#{cpu}-linux-musl", "#{cpu}-darwin-22",
               "riscv64-linux-#{c_library}"]
    choosing = systems.select do |system|
      # What `match_gem?` calls with the system of this Ruby. Versions of RubyGems compare in different directions.
      Gem::Platform.__send__(:match_platforms?, specification.platform, [Gem::Platform.new(system)])
    end
    # Many Rubies on glibc do not name it. Before 3.3.22, RubyGems does not know which C library a gem is for.
    on_glibc = ["#{cpu}-linux-gnu", "#{cpu}-linux"]
    on_musl = ["#{cpu}-linux-musl"]
    expected = on_gnu ? on_glibc : on_musl
    expected = on_glibc + on_musl if Gem.rubygems_version < Gem::Version.new("3.3.22")
    expect(choosing).to match_array(expected)
  end

  it "is named after the C library that it needs", if: on_linux do
    expect(File.basename(gem)).to end_with("-linux-#{c_library}.gem")
    expect(specification.original_platform.to_s).to end_with("-linux-#{c_library}")
  end

  # Only the gems that `rake native:local` packs: `rake packed` takes the library that is already compiled.
  it "needs no newer glibc than 2.17, or only musl, and carries no paths of this machine", :published, if: on_linux do
    Dir.mktmpdir do |folder|
      Gem::Package.new(gem).extract_files(folder)
      problems = Dir["#{folder}/lib/pusher/*/pusher.so"].to_h do |library|
        [library, Packaging::SharedLibrary.new(library).problems(glibc: ("2.17" if on_gnu))]
      end
      expect(problems.keys.size).to eq(lines.size)
      expect(problems.values).to all(be_empty)
    end
  end
end
