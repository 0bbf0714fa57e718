# frozen_string_literal: true

require "fileutils"
require "open3"
require "tmpdir"

# An empty home for gems. Its commands do not see this checkout: they run in another folder, with an environment
# of the variables that are listed here.
class GemHome
  Result = Struct.new(:output, :success)

  # The variables by which cargo and rustup find their folders.
  TOOLCHAIN = %w[HOME CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN LIBCLANG_PATH].freeze

  # A first program, with a public test vector.
  PROGRAM = <<~RUBY
    require "pusher"
    client = Pusher::Client.new(app_id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8")
    puts Pusher::VERSION
    puts client.authenticate("private-foobar", "1234.1234")[:auth]
    puts $LOADED_FEATURES.grep(%r{/lib/pusher[/.]})
  RUBY
  AUTH = "278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"

  attr_reader :path

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
  def install(gem_file, documents: false, **environment)
    documents = documents ? ["--document", "ri"] : ["--no-document"]
    run("-S", "gem", "install", "--local", *documents, "--no-user-install", gem_file, **environment)
  end

  # Runs a program of an installed gem.
  def program(name, *arguments) = run("#{@path}/bin/#{name}", *arguments)

  # What `ri` shows.
  def documentation_of(name) = run("-S", "ri", "--no-pager", "--format", "markdown", name)

  def ruby(script) = run("-e", script)

  def able_to_use_the_gem?
    use = ruby(PROGRAM)
    raise use.output unless use.success

    version, auth, *features = use.output.lines(chomp: true)
    version == PackedGems.version && auth == AUTH && all_installed_here?(features)
  end

  private

  def all_installed_here?(features)
    features.any? && features.all? { |feature| feature.start_with?(@path) }
  end

  def run(*arguments, **environment)
    output, status = Open3.capture2e(clean_environment.merge(environment.transform_keys(&:to_s)), Gem.ruby, *arguments,
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
