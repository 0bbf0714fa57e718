# frozen_string_literal: true

require "open3"
require "rbconfig"

# Code that has a Ruby process to itself, with the gem loaded and nothing asked of it yet.
module OwnProcess
  LIB = File.expand_path("../../../lib", __dir__)
  # Its own way out, should it hang: longer than anything in it waits.
  PREAMBLE = "Thread.new { sleep(60) && exit!(9) }\n"

  Finished = Struct.new(:output, :errors, :status, keyword_init: true)

  # `url` becomes PUSHER_URL, `trusted` the file of certificates that it trusts.
  def run_ruby(code, url:, trusted: nil, environment: {})
    environment = { "PUSHER_URL" => url, "SSL_CERT_FILE" => trusted, **environment }.compact
    output, errors, status = Open3.capture3(environment, RbConfig.ruby, "-I", LIB, "-r", "pusher", "-",
                                            stdin_data: PREAMBLE + code)
    Finished.new(output:, errors:, status:)
  end
end
