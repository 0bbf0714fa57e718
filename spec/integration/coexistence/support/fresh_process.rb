# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"

# Runs a script with this process's load path and returns what it prints, read as JSON.
module FreshProcess
  module_function

  def run(script, *arguments, environment: {})
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, errors, status = Open3.capture3(environment, RbConfig.ruby, *load_path, script, *arguments)
    raise "#{script} failed: #{errors}" unless status.success?

    JSON.parse(output)
  end
end
