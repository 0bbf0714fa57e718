# frozen_string_literal: true

require "open3"
require "rbconfig"

# Runs code in a separate Ruby process, with the gem loaded and not yet used.
module OwnProcess
  LIB = File.expand_path("../../../lib", __dir__)
  # Ends a process that hangs. Longer than any wait in the examples.
  PREAMBLE = "Thread.new { sleep(60) && exit!(9) }\n"

  Finished = Struct.new(:output, :errors, :status, keyword_init: true)

  # `url` becomes PUSHER_URL, `trusted` becomes SSL_CERT_FILE.
  def run_ruby(code, url:, trusted: nil, environment: {})
    environment = { "PUSHER_URL" => url, "SSL_CERT_FILE" => trusted, **environment }.compact
    output, errors, status = Open3.capture3(environment, RbConfig.ruby, "-I", LIB, "-r", "pusher", "-",
                                            stdin_data: PREAMBLE + code)
    Finished.new(output:, errors:, status:)
  end
end
