# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs Ruby programs with the gem and one of several JSON libraries, each in a separate process: the order of loading
# matters.
class JsonEngines
  FOLDER = File.expand_path("json_engines", __dir__)
  LIB = File.expand_path("../../lib", __dir__)

  # The load path of a library: a stand-in precedes installed gems.
  attr_reader :name, :parse_error

  def initialize(name, parse_error, stand_in: nil)
    @name = name
    @parse_error = parse_error
    @stand_in = stand_in
  end

  ALL = [
    new("the multi_json that is installed", JsonEngine.parse_error.name),
    new("multi_json 1.21", "MultiJSON::ParseError", stand_in: "multi_json_1_21"),
    new("multi_json 2.0", "MultiJSON::ParseError", stand_in: "multi_json_2_0"),
    new("no multi_json", "JSON::ParserError", stand_in: :none)
  ].freeze

  def self.oj? = Gem::Specification.find_all_by_name("oj").any?

  def multi_json? = @stand_in != :none

  # @return [Array(String, String)] the output and the warnings of the program
  def run(program, environment = {})
    output, errors, status = Open3.capture3(environment.merge(own_environment), RbConfig.ruby, *options, "-e",
                                            "#{preparation}#{program}")
    raise "#{errors}#{output}" unless status.success?

    [output.force_encoding(Encoding::UTF_8), errors]
  end

  private

  # Without RUBYOPT and RUBYLIB, by which an installed multi_json could be found.
  def own_environment = multi_json? ? {} : { "RUBYOPT" => nil, "RUBYLIB" => nil }

  def options
    return ["-w", "-I", LIB, *(["-I", File.join(FOLDER, @stand_in)] if @stand_in)] if multi_json?

    ["-w", "--disable-gems", *[LIB, *folders_of_gems].flat_map { |folder| ["-I", folder] }]
  end

  def preparation
    "$LOAD_PATH.reject! { |folder| File.exist?(File.join(folder, 'multi_json.rb')) }\n" unless multi_json?
  end

  # Ruby's own libraries that are gems in newer Rubies.
  def folders_of_gems
    %w[base64 logger json].flat_map do |name|
      require name
      Gem.loaded_specs[name]&.full_require_paths || []
    end
  end
end
