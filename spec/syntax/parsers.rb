# frozen_string_literal: true

require "open3"
require_relative "../support/download_cache"

# The parsers of several Rubies: this Ruby's own, and those of spec/syntax/versions, which run in Node.
module Syntax
  # A package is missing: bin/setup installs it.
  class Missing < StandardError; end

  PROGRAM = File.expand_path("parse.rb", __dir__)
  RUNNER = File.expand_path("ruby_in_node.mjs", __dir__)
  VERSIONS = File.readlines(File.expand_path("versions", __dir__), chomp: true).map(&:split).freeze
  RUBIES = VERSIONS.reject { |version,| version == "-" }.freeze
  # The package that runs the parsers, with "-" for a version.
  SHIM = VERSIONS.assoc("-").drop(1).freeze

  # The report of a parser. `passed` is true if it parses all files without a warning.
  Report = Struct.new(:passed, :text)

  # A Ruby of this version, started by `command`.
  Parser = Struct.new(:version, :command) do
    # The files are paths relative to the folder.
    def read(files, folder:)
      output, = Open3.capture2e(*command, PROGRAM, *files, chdir: folder)
      return Report.new(true, output) if output == "Ruby #{version}: #{files.size} files parse\n"

      Report.new(false, "#{"This should be Ruby #{version}. It printed:\n" unless known?(output)}#{output}")
    end

    private

    def known?(output)
      output.start_with?("Ruby #{version}: ")
    end
  end

  module_function

  def parsers
    [own, *RUBIES.map { |version, *package| Parser.new(version, ["node", RUNNER, find(*package), find(*SHIM)]) }]
  end

  def own
    Parser.new(RUBY_VERSION, [RbConfig.ruby, "--disable=gems", "-EUTF-8"])
  end

  # Runs all parsers at once and returns the reports in the order of `parsers`.
  def read(files, folder: Dir.pwd)
    parsers.map { |parser| Thread.new { parser.read(files, folder:) } }.map(&:value)
  end

  def find(package, version)
    folder = File.join(DownloadCache.folder, "#{File.basename(package)}-#{version}")
    return folder if File.directory?(folder)

    raise Missing, "#{package} #{version} is not at #{folder}. Run bin/setup."
  end

  # The Ruby files of a git working tree that git does not ignore.
  def files(folder = Dir.pwd)
    command = %w[git ls-files -z --cached --others --exclude-standard]
    listed, status = Open3.capture2(*command, chdir: folder)
    raise "git could not list the files of #{folder}." unless status.success?

    listed.split("\0").select { |path| ruby?(File.join(folder, path)) }
  end

  def ruby?(path)
    return false unless File.file?(path)
    return true if path.end_with?(".rb", ".rake", ".gemspec", ".ru", "/Rakefile", "/Gemfile")

    File.extname(path).empty? && File.open(path, "rb", &:gets).to_s.match?(/\A#!.*\bruby\b/)
  end
end
