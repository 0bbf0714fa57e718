# frozen_string_literal: true

require "multi_json"

# The JSON engine of this process, by the names that its multi_json has: `MultiJSON.generate` and `.parse` since 1.21,
# where the older names print a warning, and `MultiJson.dump` and `.load` before.
module JsonEngine
  NEW = defined?(::MultiJSON.generate)
  MODULE = NEW ? ::MultiJSON : ::MultiJson
  GENERATE = NEW ? :generate : :dump
  PARSE = NEW ? :parse : :load

  module_function

  def generate(object) = MODULE.public_send(GENERATE, object)

  def parse(text) = MODULE.public_send(PARSE, text)

  def parse_error = MODULE::ParseError

  # Engines that come with Ruby or with this multi_json.
  def adapters
    @adapters ||= %i[json_gem ok_json].select do |name|
      MODULE.with_adapter(name) { true }
    rescue StandardError
      false
    end
  end

  # Included in every example.
  module Helpers
    def json_engine = MODULE

    def receive_generate(&block) = receive(GENERATE, &block)

    def with_json_engine(adapter, &block) = MODULE.with_adapter(adapter, &block)
  end
end
