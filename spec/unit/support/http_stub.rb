# frozen_string_literal: true

require "uri"
require_relative "signature_twin"

# One call of `sync_http_client.request`. The uri may be a String or a URI; the query a Hash, an escaped String or a
# part of the uri.
class HttpCall
  attr_reader :verb, :uri, :query, :body, :headers

  def initialize(verb, uri, query = nil, body = nil, headers = nil)
    @verb = verb
    @uri = URI.parse(uri.to_s)
    @query = query
    @body = body
    @headers = headers || {}
  end

  def path
    uri.path
  end

  # Every parameter as a pair of decoded Strings, in the order in which they are sent.
  def pairs
    URI.decode_www_form([uri.query, escaped_query].compact.join("&"))
  end

  def params
    pairs.to_h
  end

  def own_params
    params.reject { |name, _| name.start_with?("auth_") || name == "body_md5" }
  end

  def json
    JSON.parse(body)
  end

  # Whether its signature is the one that Ruby's OpenSSL computes with this secret.
  def signed_with?(secret)
    params = self.params
    signature = params.delete("auth_signature")
    signature == SignatureTwin.new(secret).sign(verb, path, params)
  end

  private

  def escaped_query
    return query unless query.is_a?(Hash)

    query.flat_map { |name, value| escape(name, value) }.join("&")
  end

  def escape(name, value)
    return [escape_pair(name, value)] unless value.is_a?(Array)

    value.map { |element| escape_pair("#{name}[]", element) }
  end

  def escape_pair(*pair)
    pair.map { |part| URI.encode_www_form_component(part.to_s) }.join("=")
  end
end

# Replies to a client's requests in place of its http client, before anything is sent.
module HttpStub
  Reply = Struct.new(:status, :body, :headers) do
    alias_method :code, :status
  end

  def stub_http(client, status: 200, body: "{}", headers: {})
    calls = []
    allow(client.sync_http_client).to receive(:request) do |*arguments|
      calls << HttpCall.new(*arguments)
      Reply.new(status, body.dup, headers)
    end
    calls
  end

  def build_client(**options)
    Pusher::Client.new(app_id: "20", key: "12345678900000001", secret: "12345678900000001secret", **options)
  end
end
