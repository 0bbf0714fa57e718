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
    "rescue HTTPClient::TimeoutError, SocketError" => :change,
    "allow_any_instance_of(HTTPClient).to receive(:request)" => :change,
    "HTTPClient.any_instance.stubs(:request)" => :change,
    "instance_double('HTTPClient')" => :change,
    "client.sync_http_client.debug_dev = $stderr" => :change,
    "Pusher.notify(['donuts'], {})" => :change,
    "c.tracing.instrument :httpclient" => :change,
    "c.use 'OpenTelemetry::Instrumentation::HttpClient'" => :change,
    "HTTPClient.prepend(RequestLog)" => :note,
    "stub_request(:post, /x/).to_raise(HTTPClient::TimeoutError)" => :note,
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
    "event.encrypted?",
    "rescue Errno::ENOENT, Errno::EACCES",
    "rescue Feeds::HTTPClient::TimeoutError",
    "Feeds::HTTPClient.prepend(RequestLog)",
    "Git::Pusher.notify('main')",
    "pusher_queue.notify(self)",
    "JSON.generate(encrypted: true)"
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

  it "ignores files that do not mention Pusher, except for the tracing and the patches of httpclient" do
    expect(findings_in("rescue HTTPClient::TimeoutError", first: "")).to be_empty
    expect(findings_in("c.tracing.instrument :httpclient", first: "").size).to eq(1)
    expect(findings_in("HTTPClient.prepend(RequestLog)", first: "").size).to eq(1)
  end

  it "does not take other names for the gem" do
    code = "rescue HTTPClient::TimeoutError"
    ["# the pusher", "GitPusher.run", "Git::Pusher.run", "module Git\nclass Pusher\nend", "class Git::Pusher; end",
     "__END__\nPusher.trigger"].each do |first|
      expect(findings_in(code, first:)).to be_empty, first
    end
    ["class Pusher::Request; end", "PusherClient.new", "@pusher.x", "my_pusher.x", "::Pusher.x"].each do |first|
      expect(findings_in(code, first:)).to include(have_attributes(text: /HTTPClient/)), first
    end
  end

  it "follows a symbolic link to the application, and no others" do
    application("a.rb" => "Pusher.notify([])") do |folder|
      File.symlink(folder, File.join(folder, "self"))
      File.symlink("no-such-file", File.join(folder, "dangling.rb"))
      expect(described_class.new(File.realpath(File.join(folder, "self"))).findings.map(&:file)).to eq(["a.rb"])
    end
  end

  it "reports names of files that are not valid UTF-8" do
    expect(findings_in("Pusher.notify([])", name: "\xff.rb").map(&:file)).to eq(["?.rb"])
  end

  # Root may read everything.
  def as_nobody
    IO.popen("-") do |child|
      return child.readlines(chomp: true) if child

      Process::UID.change_privilege(65_534) if Process.uid.zero?
      puts yield
      exit!
    end
  end

  it "lists what it may not read" do
    files = { "a.rb" => "", "sub/b.rb" => "", "sub/c.txt" => "", "locked/d.rb" => "", "vendor/e.rb" => "" }
    application(files) do |folder|
      File.chmod(0o755, folder)
      %w[sub/b.rb sub/c.txt locked vendor].each { |path| File.chmod(0, File.join(folder, path)) }
      expect(as_nobody { described_class.new(folder).unreadable }).to eq(%w[locked sub/b.rb])
      %w[locked vendor].each { |path| File.chmod(0o755, File.join(folder, path)) }
    end
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
