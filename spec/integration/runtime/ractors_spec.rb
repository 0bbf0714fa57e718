# frozen_string_literal: true

require "spec_helper"
require_relative "../../support/runtime/own_process"

# Each example runs in a separate process, because Ruby behaves differently once a Ractor has been started.
RSpec.describe "Using the gem in a Ractor other than the main one" do
  include OwnProcess

  # The class and the message of the error that the code raises in a Ractor other than the main one.
  def error_in_ractor(code, argument: "nil", url: endpoint.url)
    finished = run_ruby(<<~RUBY, url:, environment: { "RUBYOPT" => "-W0" })
      options = Ractor.make_shareable({ app_id: "1", key: "k", secret: "s" })
      ractor = Ractor.new(#{argument}, options) do |client, options|
        #{code}
        "nothing is raised"
      rescue Exception => e
        "\#{e.class}: \#{e.message}"
      end
      puts ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    expect(finished).to have_attributes(status: be_success, errors: "")
    finished.output.chomp
  end

  {
    "a client is made" => "Pusher::Client.new(**options)",
    "a client is made from a url" => 'Pusher::Client.from_url("http://k:s@127.0.0.1/apps/1")',
    "the module is used for the first time" => 'Pusher.trigger("channel", "event", "data")'
  }.each do |what, code|
    it "raises a Pusher::Error that says what to do when #{what}" do
      expect(error_in_ractor(code)).to eq(
        "Pusher::Error: pusher works only in the main Ractor: send events from there, for example in a thread"
      )
    end
  end

  it "raises the same error after the module was used in the main Ractor" do
    expect(error_in_ractor('Pusher.trigger("channel", "event", "data")', argument: "Pusher.channels && nil"))
      .to start_with("Pusher::Error: pusher works only in the main Ractor")
  end

  it "raises Ruby's own error for a client of the main Ractor, and sends nothing" do
    error = error_in_ractor('client.trigger("channel", "event", "data")', argument: "Pusher::Client.new(**options)")
    expect(error).to match(/\ARactor::(Unsafe|Isolation)Error/)
    expect(endpoint.requests).to be_empty
  end

  { "that has published" => "Pusher.default_client.tap(&:channels)",
    "with TLS settings" => "Pusher.default_client.tap { |client| client.sync_http_client.ssl_config.verify_mode = 0 }" }
    .each do |what, argument|
    it "copies a client #{what}" do
      error = error_in_ractor('client.trigger("channel", "event", "data")', argument:)
      expect(error).to match(/\ARactor::(Unsafe|Isolation)Error/)
    end
  end

  it "leaves the main Ractor able to publish while another one runs" do
    finished = run_ruby(<<~RUBY, url: endpoint.url, environment: { "RUBYOPT" => "-W0" })
      ractor = Ractor.new { 6 * 7 }
      p Pusher.trigger("channel", "event", "data"), ractor.respond_to?(:value) ? ractor.value : ractor.take
    RUBY
    expect(finished).to have_attributes(output: "{}\n42\n", errors: "", status: be_success)
  end
end
