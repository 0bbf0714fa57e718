# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"

# Runs a script with this process's load path and gives what it prints, read as JSON.
module FreshProcess
  module_function

  def run(script)
    load_path = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, errors, status = Open3.capture3(RbConfig.ruby, *load_path, script)
    raise "#{script} failed: #{errors}" unless status.success?

    JSON.parse(output)
  end
end
