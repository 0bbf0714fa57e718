# frozen_string_literal: true

require "compatibility_helper"
require "delegate"

RSpec.describe "Authentication of a user" do
  let(:client) { Pusher::Client.new(endpoint.client_options) }

  def signed(json, socket_id = "123.456", key: client.key, secret: client.secret)
    { auth: "#{key}:#{OpenSSL::HMAC.hexdigest("SHA256", secret, "#{socket_id}::user::#{json}")}", user_data: json }
  end

  it "signs the user data, and returns exactly the JSON that it signed" do
    expect(client.authenticate_user("123.456", { id: "7", user_info: { name: "Ünal" } }))
      .to eq(signed('{"id":"7","user_info":{"name":"Ünal"}}'))
  end

  it "has the published signatures" do
    expect(client.authenticate_user("1234.1234", { id: "12345" })[:auth])
      .to end_with(":4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba")
    client.secret = "tofu"
    expect(client.authenticate_user("1.1", { id: "ą§¶™€łü€ß£" })[:auth])
      .to end_with(":620494cee53d6c568b49598313194088afda37218f0d059af03c0c898ed61ff4")
  end

  it "signs the user in" do
    auth = client.authenticate_user("123.456", { id: "7" })
    expect(endpoint.sign_in("123.456", auth).channel).to eq("#server-to-user-7")
  end

  it "accepts the data without braces" do
    expect(client.authenticate_user("123.456", id: "7")).to eq(signed('{"id":"7"}'))
  end

  it "lets events be sent to the user" do
    listener = endpoint.sign_in("123.456", client.authenticate_user("123.456", { id: "7" }))
    client.trigger("#server-to-user-7", "greeting", { a: 1 })
    expect(listener.messages.map(&:name)).to eq(["greeting"])
  end

  [{}, { id: "" }, { user_id: "7" }].each do |data|
    it "refuses #{data.inspect}, which has no id" do
      expect { client.authenticate_user("123.456", data) }.to raise_error(Pusher::Error, /\AInvalid user data/)
    end
  end

  [{ id: nil }, { id: 7 }, { id: :symbol }].each do |data|
    it "refuses #{data.inspect}, whose id is not a String", :fix do
      expect { client.authenticate_user("123.456", data) }.to raise_error(Pusher::Error, /\AInvalid user data/)
    end
  end

  it "accepts a String as the key of the id", :fix do
    expect(client.authenticate_user("123.456", { "id" => "7" })).to eq(signed('{"id":"7"}'))
  end

  it "takes data that answers like a Hash and is none, as controller parameters are" do
    parameters = SimpleDelegator.new({ id: "7" })
    stub_json_engine(parameters, '{"id":"7"}')
    expect(client.authenticate_user("123.456", parameters)).to eq(signed('{"id":"7"}'))
  end

  it "uses the application's JSON engine, which gets this very object and nothing else" do
    data = { id: "7" }
    stub_json_engine(data, '{"engine" : true}')
    expect(client.authenticate_user("123.456", data)).to eq(signed('{"engine" : true}'))
  end

  ["nonsense", "1", "1.1\n", "", nil].each do |id|
    it "refuses the socket id #{id.inspect}" do
      expect { client.authenticate_user(id, { id: "7" }) }.to raise_error(Pusher::Error, /\AInvalid socket ID/)
    end
  end

  it "checks the user data before the key" do
    expect { Pusher::Client.new.authenticate_user("nonsense", { id: "" }) }
      .to raise_error(Pusher::Error, /\AInvalid user data/)
  end

  it "checks the key before the socket id" do
    expect { Pusher::Client.new.authenticate_user("nonsense", { id: "7" }) }
      .to raise_error(Pusher::ConfigurationError, "missing key `key' in the client configuration")
  end
end
