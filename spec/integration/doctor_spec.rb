# frozen_string_literal: true

require_relative "../unit/doctor/doctor_helper"
require "json"
require_relative "../support/documents"

# The program itself, as a process in the folder of an application.
RSpec.describe "pusher-doctor" do
  finished = Struct.new(:output, :errors, :status)
  clean = %w[http_proxy https_proxy HTTP_PROXY HTTPS_PROXY SSL_CERT_FILE SSL_CERT_DIR PUSHER_URL RUBYOPT]
          .to_h { |name| [name, nil] }

  define_method(:run) do |*arguments, folder: Documents::ROOT, env: {}|
    program = [RbConfig.ruby, "-I", File.join(Documents::ROOT, "lib"), File.join(Documents::ROOT, "exe/pusher-doctor")]
    output, errors, status = Open3.capture3({ **clean, **env }, *program, *arguments, chdir: folder)
    finished.new(output, errors, status.exitstatus)
  end

  tidy = { "Gemfile" => "gem 'pusher', '~> 2.2'\n", "app.rb" => "Pusher.trigger('a', 'b', 'c')\n" }
  untidy = { "Gemfile" => "gem 'pusher', '~> 2.0.0'\n", "app/models/order.rb" => <<~RUBY }
    class Order
      def announce
        Pusher.trigger("orders", "created", "secret-data")
      rescue HTTPClient::TimeoutError
        nil
      end
    end
  RUBY

  it "ends with 0 for an application that needs no change" do
    application(tidy) do |folder|
      expect(run(folder:)).to have_attributes(status: 0, errors: "", output: /^Nothing is wrong/)
    end
  end

  it "lists what to change with file and line, and ends with 1" do
    application(untidy) do |folder|
      result = run(folder:)
      expect(result).to have_attributes(status: 1, errors: "", output: include(
        "Gemfile:1: change: ", "app/models/order.rb:4: change: errors of HTTPClient", "\n  Rescue Pusher::HTTPError.",
        "2 to change"
      ))
      expect(result.output).not_to include("secret-data")
      expect(run(folder, folder: "/").output).to eq(result.output)
    end
  end

  it "says where nothing was searched" do
    application({}) do |folder|
      expect(run(folder:)).to have_attributes(status: 0, errors: "", output: /^code .*has no Ruby file and no Gemfile$/)
    end
  end

  it "follows a symbolic link to the application" do
    application(untidy) do |folder|
      File.symlink(folder, link = File.join(folder, "current"))
      expect(run(link)).to have_attributes(status: 1, output: include("app/models/order.rb:4: change"))
    end
  end

  it "prints JSON" do
    application(untidy) do |folder|
      report = JSON.parse(run("--json", folder:).output)
      expect(report["version"]).to eq(Pusher::VERSION)
      expect(report["checks"].map { |check| check["name"] }).to include("ruby", "native library", "proxy", "connection")
      expect(report["findings"].map { |finding| finding.values_at("file", "line", "level") })
        .to eq([["Gemfile", 1, "change"], ["app/models/order.rb", 4, "change"]])
    end
  end

  it "connects only when asked" do
    application(tidy) do |folder|
      expect(run(folder:, env: { "PUSHER_URL" => endpoint.url }).output).to match(/^connection +- +not tested/)
    end
    expect(endpoint.requests).to be_empty
  end

  it "sends a signed request, and shows no credentials" do
    url = endpoint.url
    application(tidy) do |folder|
      result = run("--connect", folder:, env: { "PUSHER_URL" => url })
      expect(result).to have_attributes(status: 0, errors: "", output: /^connection +ok .* accepted a signed request/)
      expect(result.output).to match(%r{PUSHER_URL=http://\*\*\*@127})
      expect(result.output).not_to include(URI(url).user, URI(url).password)
    end
    expect(endpoint.requests.map(&:path)).to eq(["/apps/3/channels"])
  end

  it "takes another variable" do
    application(tidy) do |folder|
      result = run("--connect", "--env", "CHANNELS_URL", folder:, env: { "CHANNELS_URL" => endpoint.url })
      expect(result).to have_attributes(status: 0, output: /CHANNELS_URL=/)
    end
  end

  it "says what to do about a wrong secret, an unreachable host and a malformed url" do
    wrong = endpoint.url.sub(%r{:[^:@/]+@}, ":no-such-secret@")
    {
      wrong => [/connection +WRONG .*AuthenticationError/, /Check key, secret and cluster/],
      "http://key:no-such-secret@127.0.0.1:#{closed_port}/apps/3" => [/WRONG .*ECONNREFUSED/, /the firewall/],
      "no-such-secret" => [/credentials +WRONG .*no key, no secret/, %r{https://KEY:SECRET@HOST}],
      "http://key:no-such-secret@ /" => [/credentials +WRONG .*malformed/, /connection +- +not tested/],
      "http://127.0.0.1/apps/3" => [/credentials +WRONG/, %r{https://KEY:SECRET@HOST}]
    }.each do |url, (text, advice)|
      result = application(tidy) { |folder| run("--connect", folder:, env: { "PUSHER_URL" => url }) }
      expect(result).to have_attributes(status: 1, errors: "", output: match(text).and(match(advice)))
      expect(result.output).not_to include("no-such-secret")
    end
  end

  # A proxy that connects every host with this port.
  def tunnel_to(port)
    listener = TCPServer.new("127.0.0.1", 0)
    tunnel = Thread.new do
      near = listener.accept
      @target = near.gets("\r\n\r\n").split[1]
      near.write("HTTP/1.1 200 OK\r\n\r\n")
      far = TCPSocket.new("127.0.0.1", port)
      [[near, far], [far, near]].map do |from, to|
        Thread.new do
          IO.copy_stream(from, to) && to.close_write
        end
      end.each(&:join)
    ensure
      [near, far].compact.each(&:close)
    end
    yield listener.addr[1]
    tunnel.join(60)
  ensure
    listener.close
  end

  it "connects to a cluster without credentials" do
    server = start_endpoint(tls: certificates.good(names: ["DNS:api-eu.pusher.com"]), checked: false)
    tunnel_to(server.port) do |port|
      env = { "https_proxy" => "http://127.0.0.1:#{port}", "SSL_CERT_FILE" => certificates.pem_file }
      result = application(tidy) { |folder| run("--connect", "--cluster", "eu", folder:, env:) }
      expect(result).to have_attributes(status: 0, errors: "",
                                        output: /api-eu\.pusher\.com has replied with status \d+/)
    end
    expect(@target).to eq("api-eu.pusher.com:443")
  end

  it "describes its arguments, and prints the version" do
    expect(run("--help")).to have_attributes(status: 0, errors: "", output: /--connect.*--json.*Exit status/m)
    expect(run("--version")).to have_attributes(status: 0, output: "pusher-doctor #{Pusher::VERSION}\n")
  end

  it "ends with 2 for unknown arguments and folders" do
    expect(run("--bogus")).to have_attributes(status: 2, output: "", errors: /invalid option: --bogus/)
    expect(run("/no/such/folder")).to have_attributes(status: 2, output: "", errors: %r{no folder /no/such/folder})
    expect(run(".", "..")).to have_attributes(status: 2, output: "", errors: /\.\./)
  end

  it "is what the documents say" do
    options = Documents.names.flat_map { |name| Documents.text(name).scan(/pusher-doctor((?: --[\w-]+)+)/) }
    help = run("--help").output
    expect(options.flatten.flat_map(&:split).uniq).to all(satisfy { |option| help.match?(/#{option}\b/) })
    expect(Documents.text("docs/migrating.md")).to include(
      "app/models/order.rb:4: change: errors of HTTPClient are not raised any more",
      run("--version").output.split.first
    )
  end
end
