# frozen_string_literal: true

require_relative "doctor_helper"

RSpec.describe DoctorHelper::DOCTOR::Gemfile do
  def findings_of(files) = application(files) { |folder| described_class.new(folder).findings }

  it "finds a version that excludes this gem" do
    expect(findings_of("Gemfile" => "\ngem 'pusher', '~> 2.0.0'\n"))
      .to contain_exactly(have_attributes(file: "Gemfile", line: 2, level: :change, advice: /"~> \d+\.\d+"/))
    ['gem("pusher", "= 1.4.3")', "gem 'pusher', ['>= 1', '< 2']",
     "gem 'pusher', '>= 1', '< 2', require: 'x'"].each do |line|
      expect(findings_of("Gemfile" => line).size).to eq(1), line
    end
  end

  it "finds the version on a further line, and in gems.rb" do
    expect(findings_of("Gemfile" => "gem 'pusher', # c,\n '~> 2.0.0'\n")).to contain_exactly(have_attributes(line: 1))
    expect(findings_of("Gemfile" => "gem 'pusher',\n  require: false\ngem 'rack', '2.0'\n")).to be_empty
    expect(findings_of("gems.rb" => "gem 'pusher', '~> 2.0.0'\n")).to contain_exactly(have_attributes(file: "gems.rb"))
  end

  it "finds a version that Bundler refuses" do
    expect(findings_of("Gemfile" => "gem 'pusher', '~> 2..0'"))
      .to contain_exactly(have_attributes(level: :change, text: /cannot be read/))
  end

  it "reads what it can of a file that is not valid Ruby" do
    expect(findings_of("Gemfile" => "gem (\ngem 'pusher', '~> 1.0'\nend\ngem 'pusher',").size).to eq(1)
  end

  it "accepts versions that include this gem" do
    ["gem 'pusher'", "gem 'pusher', '~> 2.2'", "gem 'pusher', '>= 2.0', '< 3'", "gem 'pusher', path: '../pusher'",
     "gem 'pusher', github: 'a/b', tag: 'v2.0.0'", "gem 'pusher', git: 'https://host/x#y', ref: '1234567'",
     "gem 'pusher', github: 'a/b', ref: '4f5e6a7'", "gem 'pusher', ['~> 2', '>= 2.2'], require: false",
     "gem 'pusher', '~> 2.2', require: false if RUBY_VERSION >= '2.0'", "gem 'pusher', 'require' => '1.0'",
     "# gem 'pusher', '1.0'", "gem 'pusher-fake', '1.0'"].each do |line|
      expect(findings_of("Gemfile" => line)).to be_empty, line
    end
  end

  it "finds gems that only the documented gem needs" do
    lines = %w[httpclient rbnacl pusher-signature em-http-request rails].map { |name| "  gem '#{name}'" }
    found = findings_of("Gemfile" => lines.join("\n"))
    expect(found.map { |finding| [finding.line, finding.level] }).to eq([1, 2, 3, 4].map { |line| [line, :note] })
  end

  it "finds an older gem in the lock file" do
    lock = "GEM\n  specs:\n    httpclient (2.8.3)\n    pusher (%s)\n    pusher-signature (0.1.8)\n"
    expect(findings_of("Gemfile.lock" => format(lock, "2.0.3")))
      .to contain_exactly(have_attributes(file: "Gemfile.lock", line: 4, level: :change, text: /2\.0\.3/))
    expect(findings_of("gems.locked" => format(lock, "1.3.0"))).to contain_exactly(have_attributes(level: :change))
    expect(findings_of("Gemfile.lock" => format(lock, "2.2.0"))).to be_empty
    expect(findings_of("Gemfile.lock" => format(lock, "2..."))).to be_empty
  end

  it "finds nothing in a folder without these files" do
    expect(findings_of({})).to be_empty
  end
end
