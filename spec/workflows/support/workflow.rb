# frozen_string_literal: true

require "yaml"

# A workflow of the forge.
class Workflow
  ROOT = File.expand_path("../../..", __dir__)
  FOLDER = ".github/workflows"

  # A step with a command. `place` is its name for messages.
  Command = Struct.new(:place, :text, keyword_init: true)

  def self.all
    Dir["#{FOLDER}/*.yml", base: ROOT].sort.map { |path| new(path) }
  end

  attr_reader :path

  def initialize(path)
    @path = path
    @content = YAML.safe_load_file(File.join(ROOT, path))
  end

  def jobs = @content.fetch("jobs")

  def lines_with_actions = File.readlines(File.join(ROOT, path), chomp: true).grep(/\buses:/)

  def permissions = @content.fetch("permissions")

  def steps = jobs.flat_map { |name, job| job.fetch("steps", []).map { |step| [name, step] } }

  def commands
    steps.filter_map do |job, step|
      Command.new(place: "#{path}, #{job}: #{step["name"]}", text: step["run"].strip) if step["run"]
    end
  end

  # The actions of others, such as "actions/checkout@08eba0b…".
  def actions = steps.filter_map { |_, step| step["uses"] }.uniq
end
