# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs code in a new Ruby process, in which nothing is loaded yet.
module RailsProcess
  LIB = File.expand_path("../../../../lib", __dir__)
  SUPPORT = File.expand_path("../../../support", __dir__)

  # @return [String] the output
  def run_ruby(code, url: endpoint.url)
    load_path = [LIB, SUPPORT, *$LOAD_PATH].flat_map { |folder| ["-I", folder] }
    output, status = Open3.capture2e({ "PUSHER_URL" => url }, RbConfig.ruby, *load_path, "-", stdin_data: code)
    raise output unless status.success?

    output.force_encoding(Encoding::UTF_8)
  end

  RSpec.configure { |config| config.include self }
end
