# frozen_string_literal: true

require_relative "doctor_helper"

RSpec.describe DoctorHelper::DOCTOR::SourceTree do
  # The findings in a file that mentions Pusher in its first line.
  def findings_in(code, name: "app.rb", first: "Pusher.trigger('a', 'b', 'c')")
    application(name => "#{first}\n#{code}") { |folder| described_class.new(folder).findings }
  end

  {
    "rescue HTTPClient::TimeoutError" => :change,
    "rescue HTTPClient::ConnectTimeoutError => e" => :change,
    "rescue HTTPClient::KeepAliveDisconnected" => :change,
    "rescue Pusher::Error, SocketError => e" => :change,
    "rescue Errno::ECONNREFUSED" => :change,
    "allow_any_instance_of(HTTPClient).to receive(:request)" => :change,
    "HTTPClient.any_instance.stubs(:request)" => :change,
    "instance_double('HTTPClient')" => :change,
    "client.sync_http_client.debug_dev = $stderr" => :change,
    "Pusher.notify(['donuts'], {})" => :change,
    "c.tracing.instrument :httpclient" => :change,
    "c.use 'OpenTelemetry::Instrumentation::HttpClient'" => :change,
    "require 'httpclient'" => :note,
    "client.em_http_client(uri)" => :note,
    "Pusher::Client.new(encrypted: true)" => :note,
    "Pusher::Client.new(:encrypted => true)" => :note,
    "Pusher.encrypted = true" => :note,
    "class Pusher::Request; end" => :note,
    "Pusher::Client.prepend(Mine)" => :note,
    "require 'rbnacl'" => :note
  }.each do |line, level|
    it "finds `#{line}`, and says what to do" do
      found = findings_in(line)
      expect(found).to contain_exactly(have_attributes(file: "app.rb", line: 2, level:))
      expect(found.first.advice).to match(/\A[A-Z`].{15,}\.\z/)
    end
  end

  [
    "client.sync_http_client.connect_timeout = 2",
    "client.sync_http_client.ssl_config.add_trust_ca(path)",
    "allow(client).to receive(:sync_http_client)",
    "rescue Pusher::HTTPError => e",
    "rescue Pusher::Error, Timeout::Error",
    "HTTPClient.new.get(url)",
    "Pusher.use_tls = true",
    "Pusher::Signature::Request.new('GET', '/', {})",
    "expect(Pusher).to have_triggered('a').encrypted",
    "event.encrypted?"
  ].each do |line|
    it "accepts `#{line}`" do
      expect(findings_in(line)).to be_empty
    end
  end

  it "ignores comments, and lines with the comment to ignore them" do
    expect(findings_in(<<~RUBY)).to contain_exactly(have_attributes(line: 7))
      # rescue HTTPClient::TimeoutError
      x = 1 # rescue HTTPClient::TimeoutError
      rescue HTTPClient::TimeoutError # pusher-doctor: ignore
      =begin
      =end
      rescue HTTPClient::TimeoutError # "ä"
    RUBY
  end

  it "ignores files that do not mention Pusher, except for the tracing of httpclient" do
    expect(findings_in("rescue HTTPClient::TimeoutError", first: "")).to be_empty
    expect(findings_in("c.tracing.instrument :httpclient", first: "").size).to eq(1)
  end

  it "reads Ruby files in all folders of the application, and no others" do
    code = "Pusher.notify([])"
    files = %w[app/models/a.rb config.ru lib/tasks/b.rake spec/c_spec.rb vendor/d.rb node_modules/e.rb tmp/f.rb
               .git/g.rb .hidden/h.rb README.md a.rbs].to_h { |name| [name, code] }
    application(files) do |folder|
      found = described_class.new(folder).findings.map(&:file)
      expect(found).to eq(%w[app/models/a.rb config.ru lib/tasks/b.rake spec/c_spec.rb])
    end
  end

  it "reads files that are not valid Ruby or UTF-8" do
    expect(findings_in("def (((\nPusher.notify([]) # \xff\xfe").map(&:line)).to eq([3])
  end
end
