# frozen_string_literal: true

require "fileutils"
require "open3"
require "tmpdir"

# An empty home for gems. Its commands do not see this checkout: they run in another folder, with an environment
# of the variables that are listed here.
class GemHome
  Result = Struct.new(:output, :success)

  # The variables by which cargo and rustup find their folders, and those of the profile to compile with.
  TOOLCHAIN = %w[HOME CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN LIBCLANG_PATH
                 CARGO_PROFILE_RELEASE_LTO CARGO_PROFILE_RELEASE_OPT_LEVEL].freeze

  # Runs a command in a namespace without network interfaces, where the system lets this user create one.
  NO_NETWORK = [%w[unshare --net], %w[unshare --net --map-root-user], []].find do |command|
    system(*command, "true", err: File::NULL)
  end

  # A first program, with a public test vector.
  PROGRAM = <<~RUBY
    require "pusher"
    client = Pusher::Client.new(app_id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8")
    puts Pusher::VERSION
    puts client.authenticate("private-foobar", "1234.1234")[:auth]
    puts $LOADED_FEATURES.grep(%r{/lib/pusher[/.]})
  RUBY
  AUTH = "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"

  attr_reader :path, :workplace

  def self.open
    Dir.mktmpdir("pusher-gem-home") { |folder| yield new(File.realpath(folder)) }
  end

  def initialize(folder)
    @path = "#{folder}/gems"
    @workplace = "#{folder}/elsewhere"
    @own_tools = "#{folder}/tools"
    @tools = ENV.fetch("PATH")
    FileUtils.mkdir_p([@path, @workplace, @own_tools])
  end

  # Leaves only Ruby and its `gem` on the PATH.
  def leave_only_ruby
    @tools = @own_tools
    FileUtils.ln_s(Gem.ruby, "#{@tools}/ruby")
    FileUtils.ln_s("#{RbConfig::CONFIG["bindir"]}/gem", "#{@tools}/gem")
  end

  def add_tool(name, script)
    File.write("#{@own_tools}/#{name}", script)
    File.chmod(0o755, "#{@own_tools}/#{name}")
  end

  def add_file(name, content)
    "#{@workplace}/#{name}".tap { |file| File.write(file, content) }
  end

  # Dependencies come from this machine, so that no registry is needed.
  def install(gem_file, documents: false, network: true, **environment)
    documents = documents ? ["--document", "ri"] : ["--no-document"]
    run("-S", "gem", "install", "--local", *documents, "--no-user-install", gem_file, network:, **environment)
  end

  # Installs the gem into this home as Bundler does, from vendor/cache and with the dependencies of this machine.
  # `bundle cache` names the file as this version of RubyGems does: without "gnu" before 3.3.22.
  def install_bundle(gem_file, **environment)
    FileUtils.mkdir_p("#{@workplace}/vendor/cache")
    FileUtils.cp(gem_file, "#{@workplace}/vendor/cache/#{PackedGems.specification_of(gem_file).file_name}")
    PackedGems.specification_of(gem_file).runtime_dependencies.each { |dependency| complete(dependency.to_spec) }
    add_file("Gemfile", "source #{Gem.sources.to_a.first.inspect}\ngem \"pusher\"\n")
    run(Gem.bin_path("bundler", "bundle"), "install", "--local", "--no-cache", **environment)
  end

  # Runs a program of an installed gem.
  def program(name, *arguments) = run("#{@path}/bin/#{name}", *arguments)

  # What `ri` shows.
  def documentation_of(name) = run("-S", "ri", "--no-pager", "--format", "markdown", name)

  def ruby(script) = run("-e", script)

  def ruby_in_bundle(script) = run("-rbundler/setup", "-e", script)

  def able_to_use_the_gem? = correct?(ruby(PROGRAM))

  def able_to_use_the_bundle? = correct?(ruby_in_bundle(PROGRAM))

  private

  def correct?(use)
    raise use.output unless use.success

    version, auth, *features = use.output.lines(chomp: true)
    version == PackedGems.version && auth == AUTH && all_installed_here?(features)
  end

  # Debian puts some gems on the load path without a folder of their own. Bundler takes those for missing.
  def complete(specification)
    return if File.directory?(specification.full_gem_path)

    FileUtils.mkdir_p(["#{@path}/gems/#{specification.full_name}/lib", "#{@path}/specifications"])
    File.write("#{@path}/specifications/#{specification.full_name}.gemspec", specification.to_ruby)
  end

  def all_installed_here?(features)
    features.any? && features.all? { |feature| feature.start_with?(@path) }
  end

  def run(*arguments, network: true, **environment)
    output, status = Open3.capture2e(clean_environment.merge(environment.transform_keys(&:to_s)),
                                     *(NO_NETWORK unless network), Gem.ruby, *arguments,
                                     unsetenv_others: true, chdir: @workplace)
    Result.new(output, status.success?)
  end

  def clean_environment
    ENV.to_h.slice(*TOOLCHAIN).merge(
      "PATH" => @tools,
      "GEM_HOME" => @path,
      "GEM_PATH" => [@path, *Gem.path].join(File::PATH_SEPARATOR)
    )
  end
end
