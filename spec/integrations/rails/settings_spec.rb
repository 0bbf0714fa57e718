# frozen_string_literal: true

require "active_support"
require "active_support/encrypted_configuration"
require "fileutils"
require "securerandom"

# Each example boots an application in a separate process.
RSpec.describe "The settings of a Rails application" do
  show = "puts [Pusher.app_id, Pusher.key, Pusher.secret, Pusher.scheme, Pusher.host, Pusher.port].join(\" \")"
  url = "http://env-key:env-secret@env.example:8080/apps/1"

  yml = <<~YAML
    shared:
      cluster: eu
    development:
      app_id: 2
      key: "yml-key"
      secret: <%= "yml-" + "secret" %>
      timeout: 7
    production:
      cluster: ap1
  YAML

  # Writes encrypted credentials.
  def write_credentials(application, yaml)
    key = SecureRandom.hex(16)
    application.write("config/master.key", key)
    ActiveSupport::EncryptedConfiguration.new(
      config_path: File.join(application.folder, "config/credentials.yml.enc"),
      key_path: File.join(application.folder, "config/master.key"), env_key: "NONE", raise_if_missing_key: true
    ).write(yaml)
    application
  end

  def with_initializer(code, name: "pusher")
    { "config/initializers/#{name}.rb" => code }
  end

  def with_configuration(code) = RailsApplication.configured(code)

  credentials = "pusher:\n  app_id: 4\n  key: cred-key\n  secret: cred-secret\n"

  it "are those of PUSHER_URL, as without Rails" do
    expect(boot(show, environment: { "PUSHER_URL" => url })).to eq("1 env-key env-secret http env.example 8080\n")
  end

  it "are those of the credentials in place of PUSHER_URL" do
    application = write_credentials(rails_application, credentials)
    expect(application.run(show, environment: { "PUSHER_URL" => url }))
      .to end_with("4 cred-key cred-secret https api-mt1.pusher.com 443\n")
  end

  it "are those of config/pusher.yml in place of the credentials" do
    application = write_credentials(rails_application("config/pusher.yml" => yml), credentials)
    output = application.run("#{show}; puts Pusher.default_client.instance_variable_get(:@receive_timeout)",
                             environment: { "PUSHER_URL" => url })
    expect(output).to end_with("2 yml-key yml-secret https api-eu.pusher.com 443\n7\n")
  end

  it "are not those of config/pusher.yml if that has none for the environment" do
    content = "development:\n  log: false\n  key: <%= ENV['UNSET'] %>\n"
    [content, "", "app_id: 2\nkey: other\n", "development: other\n", "- other\n"].each do |file|
      application = write_credentials(rails_application("config/pusher.yml" => file), credentials)
      expect(application.run(show)).to start_with("4 cred-key")
    end
  end

  it "are an account of a later source and the other options of earlier ones" do
    application = write_credentials(rails_application("config/pusher.yml" => "shared:\n  cluster: us3\n  key: \"\"\n"),
                                    "pusher:\n  timeout: 8\n  cluster: eu\n")
    output = application.run("#{show}; puts Pusher.default_client.instance_variable_get(:@send_timeout)",
                             environment: { "PUSHER_URL" => "https://k:s@api-mt1.pusher.com/apps/1" })
    expect(output).to eq("1 k s https api-us3.pusher.com 443\n8\n")
  end

  it "are those of PUSHER_URL if the sources before it contain a part of an account only, such as for browsers" do
    application = write_credentials(rails_application("config/pusher.yml" => "shared:\n  key: yml\n  host: ws.a\n"),
                                    "pusher:\n  app_id: 4\n  key: cred-key\n  cluster: eu\n")
    expect(application.run(show,
                           environment: { "PUSHER_URL" => url })).to eq("1 env-key env-secret http env.example 8080\n")
  end

  it "are put together from several sources if none of them contains a complete account" do
    application = write_credentials(rails_application("config/pusher.yml" => "shared:\n  key: yml\n  app_id: 5\n"),
                                    "pusher:\n  secret: cred-secret\n")
    expect(application.run(show)).to start_with("5 yml cred-secret ")
    application = rails_application("config/pusher.yml" => "shared:\n  key: yml\n  app_id: 5\n",
                                    **with_configuration("config.pusher.secret = \"explicit\""))
    output = application.run(show, environment: { "PUSHER_URL" => url })
    expect(output).to end_with("5 yml explicit https api-mt1.pusher.com 443\n")
  end

  it "cause a warning if they are those of another account than PUSHER_URL names" do
    files = { "config/pusher.yml" => yml }
    expect(boot("", files:, environment: { "PUSHER_URL" => url }))
      .to eq("WARN Pusher: app 2, key yml-key from config/pusher.yml is used, not app 1, key env-key from PUSHER_URL\n")
    ["http://yml-key:s@env.example/apps/2", "malformed url", ""].each do |other|
      expect(boot("", files:, environment: { "PUSHER_URL" => other })).to eq("")
    end
    direct = with_initializer("Pusher.url = \"http://k:s@direct.example/apps/8\"")
    expect(boot("", files: { **files, **direct }, environment: { "PUSHER_URL" => url })).to eq("")
  end

  it "are those of PUSHER_URL if the application cannot decrypt its credentials" do
    files = { "config/credentials.yml.enc" => "invalid", "config/master.key" => "0" * 32 }
    output = boot(show, files:, environment: { "PUSHER_URL" => url })
    expect(output).to match(/\AWARN Pusher: the credentials cannot be read \(.*InvalidMessage\)\n1 env-key/)
  end

  it "are those of PUSHER_URL at the time of the first use, and again after a test has reset the client" do
    program = "ENV[\"PUSHER_URL\"] = \"#{url}\"; #{show}; ENV[\"PUSHER_URL\"] = \"#{url.sub("env-key", "other")}\"; " \
              "Pusher.instance_variable_set(:@default_client, nil); #{show}"
    expect(boot(program).lines).to match([start_with("1 env-key"), start_with("1 other")])
  end

  it "are not read from the sources behind the account" do
    application = rails_application("config/pusher.yml" => yml, "config/credentials.yml.enc" => "invalid",
                                    "config/master.key" => "0" * 32)
    expect(application.run(show)).to start_with("2 yml-key")
  end

  it "can be a url, in any source" do
    file = "development:\n  url: http://k:s@yml.example/apps/5\n  cluster: us2\n"
    expect(boot(show, files: { "config/pusher.yml" => file })).to eq("5 k s http yml.example 80\n")
    application = write_credentials(rails_application, "pusher:\n  url: https://k:s@cred.example:444/apps/6\n")
    expect(application.run(show)).to eq("6 k s https cred.example 444\n")
  end

  it "do not include a url of the application that is not one of an account" do
    account = "  app_id: '5'\n  key: k\n  secret: s\n"
    ["localhost:8080", "api.pusherapp.com", "wss://browsers.example"].each do |other|
      files = { "config/pusher.yml" => "development:\n  url: #{other}\n#{account}" }
      expect(boot(show, files:)).to eq("5 k s https api-mt1.pusher.com 443\n")
    end
    files = { "config/pusher.yml" => "development:\n  url: http://own.example:81\n#{account}" }
    expect(boot(show, files:)).to eq("5 k s http own.example 81\n")
    files = { "config/pusher.yml" => "development:\n  url: k:s@own.example\n" }
    expect(rails_application(files).fail_to_boot).to include("bad URI", "@own.example")
  end

  it "are overridden by config.pusher, in config/application.rb and in initializers" do
    files = { "config/pusher.yml" => yml, **with_configuration("config.pusher.key = \"application\""),
              **with_initializer("Rails.application.config.pusher.secret = \"initializer\"") }
    expect(boot(show, files:)).to eq("2 application initializer https api-eu.pusher.com 443\n")
  end

  it "of config.pusher can name another cluster than PUSHER_URL does" do
    files = with_initializer("Rails.application.config.pusher.cluster = \"eu\"")
    environment = { "PUSHER_URL" => "https://k:s@api-mt1.pusher.com/apps/1" }
    expect(boot(show, files:, environment:)).to eq("1 k s https api-eu.pusher.com 443\n")
  end

  it "are overridden by what an initializer sets on Pusher" do
    files = { "config/pusher.yml" => yml, **with_configuration("config.pusher.key = \"application\""),
              **with_initializer("Pusher.app_id = 9; Pusher.key = \"direct\"; Pusher.url.to_s") }
    expect(boot(show, files:)).to eq("9 direct yml-secret https api-eu.pusher.com 443\n")
    files = with_initializer("Pusher.url = \"http://k:s@direct.example/apps/8\"")
    expect(boot(show, files:, environment: { "PUSHER_URL" => url })).to eq("8 k s http direct.example 80\n")
  end

  it "can be set on config.pusher after an initializer has used the client" do
    files = { "config/pusher.yml" => yml, **with_initializer("Pusher.app_id = 9", name: "a"),
              **with_initializer(<<~RUBY, name: "b") }
                Rails.application.config.pusher.host = "late.example"
                Rails.application.config.pusher.use_tls = false
                Rails.application.config.pusher.port = 81
                Rails.application.config.pusher.unknown = "ignored"
              RUBY
    expect(boot(show, files:)).to eq("9 yml-key yml-secret http late.example 81\n")
  end

  it "of config.pusher override nothing else that an initializer has set on Pusher" do
    files = { **with_initializer("Pusher.host = \"direct.example\"; Pusher.connect_timeout = 9", name: "a"),
              **with_initializer("Rails.application.config.pusher.timeout = 4", name: "b") }
    expect(boot(show, files:, environment: { "PUSHER_URL" => url })).to include(" direct.example ")
  end

  it "are those of a client that an initializer has put in place of the default client" do
    code = "Pusher.instance_variable_set(:@default_client, Pusher::Client.from_url(\"http://k:s@own.example/apps/6\"))"
    expect(boot(show, files: with_initializer(code),
                      environment: { "PUSHER_URL" => url })).to start_with("6 k s http own.")
  end

  it "are not shown by inspect" do
    files = with_configuration("config.pusher.secret = \"hidden\"")
    output = boot(<<~RUBY, files:, environment: { "PUSHER_URL" => url })
      require "pp"
      railtie = Pusher.const_get(:Internal)::Rails::Railtie.instance
      config = Rails.application.config.pusher
      pp Pusher.default_client, railtie, railtie.instance_variable_get(:@boot), config
      puts config, "\#{config.inspect}"
    RUBY
    expect(output).not_to match(/hidden|env-secret/)
    expect(output).to end_with("Options secret>\n")
  end

  it "of a client that is used before the application boots are kept, except for config.pusher" do
    files = { "config/pusher.yml" => yml,
              **with_configuration("Pusher.app_id = 9; config.pusher.key = \"application\"") }
    expect(boot(show, files:)).to start_with("9 application")
  end

  it "can be a Hash that the application assigns to config.pusher; anything else is ignored" do
    hash = "config.pusher = { \"app_id\" => 5, key: \"hash-key\" }"
    expect(boot(show, files: with_configuration(hash))).to start_with("5 hash-key")
    ["nil", "\"text\"", "Object.new"].each do |object|
      files = { "config/pusher.yml" => yml, **with_configuration("config.pusher = #{object}") }
      expect(boot(show, files:)).to start_with("2 yml-key")
    end
  end

  it "need not exist" do
    expect(boot("#{show}; Pusher.trigger('a', 'b', 1) rescue puts $!.message"))
      .to end_with("https api-mt1.pusher.com 443\nmissing key `app_id' in the client configuration\n")
  end

  it "apply again when a test has reset the client" do
    program = "Pusher.app_id = 9; Pusher.instance_variable_set(:@default_client, nil); #{show}"
    expect(boot(program, files: { "config/pusher.yml" => yml })).to start_with("2 yml-key")
  end

  it "open no connection, and send nothing" do
    environment = { "PUSHER_URL" => endpoint.url }
    client = "Pusher.default_client.instance_variable_get(:@sync_http_client)"
    files = with_initializer("Rails.application.config.pusher.report = true")
    expect(boot("p #{client}", files:, environment:)).to end_with("nil\n")
    expect(endpoint.connections).to eq(0)
  end

  it "that YAML reads as a number are refused where the text is lost" do
    output = rails_application("config/pusher.yml" => "development:\n  key: 0123\n").fail_to_boot
    expect(output).to include("the key in config/pusher.yml is a number: put it into quotes (Pusher::Configuration")
  end

  it "that are invalid are reported while the application boots" do
    files = { "config/pusher.yml" => "development:\n  encryption_master_key_base64: abc\n" }
    expect(rails_application(files).fail_to_boot).to include("invalid base64: the encryption master key")
    files = { "config/pusher.yml" => "development:\n  receive_timeout: soon\n" }
    expect(rails_application(files).fail_to_boot).to include("receive_timeout must be a number of seconds, nil or 0")
    files = with_initializer("Rails.application.config.pusher.timeout = :soon")
    expect(rails_application(files).fail_to_boot).to include("connect_timeout must be a number of seconds, nil or 0")
  end

  it "do not disturb an application that loads the gem after its initializers" do
    files = { "config/application.rb" => RailsApplication::FILES.fetch("config/application.rb")
                                                                .sub("require \"pusher\"\n", "") }
    expect(boot("require 'pusher'; #{show}", files:, environment: { "PUSHER_URL" => url })).to start_with("1 env-key")
  end

  it "are read by require \"pusher/railtie\", if Rails is loaded after the gem" do
    application = RailsApplication::FILES.fetch("config/application.rb").sub("require \"pusher\"\n", "")
    files = { "config/pusher.yml" => yml,
              "config/application.rb" => "require \"pusher\"\nrequire \"pusher/railtie\"\n#{application}" }
    expect(boot(show, files:)).to start_with("2 yml-key")
  end

  describe "that config.pusher.report logs" do
    def report(files: {}, environment: {}, env: "development", configuration: "")
      files = { **with_configuration("config.pusher.report = true\n#{configuration}"), **files }
      boot("", files:, environment:, env:)
    end

    it "name the app, its server and their sources, without the secret" do
      expect(report(files: { "config/pusher.yml" => yml }, configuration: "config.pusher.cluster = \"us3\""))
        .to eq("INFO Pusher: app 2 on https://api-us3.pusher.com:443, key yml-key, from config/pusher.yml and " \
               "config.pusher (cluster); requests are sent\n")
    end

    it "name what an initializer has set in the end" do
      files = with_initializer("Pusher.url = \"http://k:s@direct.example/apps/8\"")
      expect(report(files:, environment: { "PUSHER_URL" => url }))
        .to eq("INFO Pusher: app 8 on http://direct.example:80, key k, from PUSHER_URL; requests are sent\n")
    end

    it "name what is missing" do
      expect(report).to eq("INFO Pusher: no app_id, no key, no secret, no settings found; requests are sent\n")
    end
  end
end
