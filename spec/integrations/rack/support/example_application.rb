# frozen_string_literal: true

require "json"
require "open3"
require "rbconfig"
require "uri"
require_relative "../../../support/programs"

# Sends requests to a Rack application of examples/ in a process of its own, because frameworks change what other specs
# see.
module ExampleApplication
  SERVER = File.expand_path("example_server.rb", __dir__)

  Answer = Struct.new(:status, :headers, :body, keyword_init: true) do
    def json = JSON.parse(body)
  end

  # @param requests [Array<Hash>] `path`, `body`, `headers`, and `token` to send the token of the first reply
  # @return [Array<Answer>]
  def exchange(example, application, *requests, environment: {})
    output, errors, status = Open3.capture3(
      { "PUSHER_URL" => endpoint.url, **environment }, RbConfig.ruby, "-I", File.join(Programs::ROOT, "lib"), SERVER,
      File.join(Programs::ROOT, example), application, stdin_data: JSON.generate(requests)
    )
    expect(status).to be_success, "#{output}#{errors}"
    @log = output.lines[0..-2].join
    JSON.parse(output.lines.last).map { |answer| Answer.new(**answer.transform_keys(&:to_sym)) }
  end

  # What the application printed during the last exchange.
  attr_reader :log

  def form(path, *pairs, **headers)
    { path:, body: URI.encode_www_form(pairs), headers: { "CONTENT_TYPE" => "application/x-www-form-urlencoded",
                                                          **headers.transform_keys(&:to_s) } }
  end

  def json(path, object)
    { path:, body: JSON.generate(object), headers: { "CONTENT_TYPE" => "application/json" } }
  end

  def webhook(path, *events, **headers)
    hook = endpoint.webhook(*events)
    { path:, body: hook.body, headers: { "CONTENT_TYPE" => "application/json", "HTTP_X_PUSHER_KEY" => hook.key,
                                         "HTTP_X_PUSHER_SIGNATURE" => hook.signature,
                                         **headers.transform_keys(&:to_s) } }
  end

  RSpec.configure { |config| config.include self }
end
