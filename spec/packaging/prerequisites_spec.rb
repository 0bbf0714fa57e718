# frozen_string_literal: true

RSpec.describe "Installing the source gem without a prerequisite" do
  def failed_installation(home, **environment)
    installation = home.install(PackedGems.source, **environment)
    expect(installation).to have_attributes(success: false), installation.output
    installation.output
  end

  # A home with a cargo that reports this version, and without a compiler.
  def with_cargo(version)
    GemHome.open do |home|
      home.leave_only_ruby
      home.add_tool("cargo", "#!/bin/sh\necho 'cargo #{version} (0123456 2025-01-01)'\n")
      yield home
    end
  end

  %w[jruby truffleruby].each do |engine|
    it "says that it does not run on #{engine}" do
      GemHome.open do |home|
        disguise = home.add_file("disguise.rb", <<~RUBY)
          if $PROGRAM_NAME.end_with?("extconf.rb")
            Object.send(:remove_const, :RUBY_ENGINE)
            RUBY_ENGINE = "#{engine}"
          end
        RUBY
        expect(failed_installation(home, RUBYOPT: "-r#{disguise}")).to include(
          "\npusher runs on CRuby, the standard Ruby, and not on #{engine}: its native part needs CRuby's own C API.\n"
        )
      end
    end
  end

  it "says what to do without cargo" do
    GemHome.open do |home|
      home.leave_only_ruby
      expect(failed_installation(home)).to include(
        "\npusher cannot be compiled without cargo from Rust 1.85 or newer. Install it, for example with rustup, and " \
        "try again where `cargo` is on the PATH, or install a precompiled pusher gem for this platform.\n"
      )
    end
  end

  it "says the same if cargo is too old" do
    with_cargo("1.84.9") do |home|
      expect(failed_installation(home)).to include("\npusher cannot be compiled without cargo from Rust 1.85 or newer.")
    end
  end

  it "says what to do without libclang" do
    with_cargo("1.85.0") do |home|
      blindness = home.add_file("blindness.rb", <<~RUBY)
        Dir.singleton_class.prepend(Module.new { def glob(pattern, *, **) = pattern.include?("libclang") ? [] : super })
      RUBY
      expect(failed_installation(home, RUBYOPT: "-r#{blindness}")).to include(
        "\npusher cannot be compiled without libclang. Install it, on Debian and Ubuntu with `apt-get install " \
        "libclang-dev`, or name its folder in LIBCLANG_PATH, and try again.\n"
      )
    end
  end

  it "says what to do without rb_sys" do
    with_cargo("1.85.0") do |home|
      absence = home.add_file("absence.rb", <<~RUBY)
        Object.prepend(Module.new { def require(name) = name.start_with?("rb_sys") ? raise(LoadError) : super })
      RUBY
      expect(failed_installation(home, RUBYOPT: "-r#{absence}")).to include(
        "\npusher cannot be compiled without the gem rb_sys. Install it with `gem install rb_sys` and try again.\n"
      )
    end
  end
end
