# frozen_string_literal: true

require "spec_helper"
require_relative "../support/http_stub"
require_relative "../support/random_queries"
require_relative "../support/signature_twin"

# Random requests, signed by the gem and by Ruby's OpenSSL. A failure names its seed: SIGNATURE_SEED=n repeats it.
seed = Integer(ENV.fetch("SIGNATURE_SEED") { Random.rand(1_000_000) })

RSpec.describe "Random requests (SIGNATURE_SEED=#{seed})" do
  include HttpStub

  let(:random) { RandomQueries.new(seed) }

  before(:context) { RSpec.configuration.reporter.message("Random requests: SIGNATURE_SEED=#{seed}") }

  let(:auth_parameters) { { "auth_key" => "key", "auth_version" => "1.0", "auth_timestamp" => "1700000000" } }

  def own_parameters(query)
    query.reject { |name, _| name.to_s.downcase.start_with?("auth_") }
  end

  # In ASCII, so that the message can be printed beside text of any encoding.
  def about(number, query)
    -> { "request #{number}: #{query.inspect.dump}" }
  end

  it "are signed as OpenSSL signs them" do
    allow(Time).to receive(:now).and_return(Time.at(1_700_000_000))
    3000.times do |number|
      verb = random.verb
      path = random.path
      query = random.query
      secret = random.secret
      request = Pusher::Signature::Request.new(verb, path, query)
      auth = request.sign(Pusher::Signature::Token.new("key", secret))
      signed = own_parameters(query).merge(auth_parameters)
      twin = SignatureTwin.new(secret)
      expect(request.send(:string_to_sign).b)
        .to eq(twin.string_to_sign(verb, path, signed).b), about(number, query)
      expect(auth[:auth_signature]).to eq(twin.sign(verb, path, signed)), about(number, query)
    end
  end

  it "are verified, and refused if the path has changed" do
    1000.times do |number|
      verb = random.verb
      path = random.path
      query = random.query
      token = Pusher::Signature::Token.new("key", random.secret)
      signing = Pusher::Signature::Request.new(verb, path, query)
      signing.sign(token)
      arrived = signing.signed_params
      expect(Pusher::Signature::Request.new(verb, path, arrived).authenticate_by_token(token))
        .to be(true), about(number, query)
      expect(Pusher::Signature::Request.new(verb, "#{path}x", arrived).authenticate_by_token(token))
        .to be(false), about(number, query)
    end
  end

  it "Fix: are sent with the parameters that were signed, Arrays included" do
    client = Pusher::Client.new(app_id: "20", key: "key", secret: "secret")
    calls = stub_http(client)
    1000.times do |number|
      query = random.query
      client.get("/x", query)
      pairs = calls.pop.pairs
      signature = pairs.delete(pairs.assoc("auth_signature")).last
      sent = pairs.sort_by.with_index { |(name, _), index| [name.delete_suffix("[]"), index] }
      expect(signature).to eq(sign_pairs(sent)), about(number, query)
      expect(sent.reject { |name, _| name.start_with?("auth_") })
        .to eq(expected_pairs(query)), about(number, query)
    end
  end

  def sign_pairs(pairs)
    SignatureTwin.new("secret").hmac("GET\n/apps/20/x\n#{pairs.map { |pair| pair.join("=") }.join("&")}")
  end

  def expected_pairs(query)
    lowercased = own_parameters(query).transform_keys { |name| name.to_s.downcase }
    lowercased.sort_by(&:first).flat_map do |name, value|
      value.is_a?(Array) ? value.map { |element| ["#{name}[]", element.to_s] } : [[name, value.to_s]]
    end
  end
end
