# frozen_string_literal: true

require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"

# A minimal Rails application in a folder of its own. Its programs run in separate processes.
class RailsApplication
  LIB = File.expand_path("../../../../lib", __dir__)
  # In the order of a Gemfile: Rails is loaded before the gems.
  FILES = {
    "config/application.rb" => <<~RUBY,
      require "logger"
      require "rails"
      require "action_controller/railtie"
      Bundler.require(*Rails.groups) if defined?(Bundler) && ENV["BUNDLE_GEMFILE"]
      require "pusher"

      class Application < Rails::Application
        config.load_defaults Rails::VERSION::STRING.to_f
        config.eager_load = false
        config.secret_key_base = "x" * 64
        config.session_store :cookie_store, key: "session"
        config.logger = Logger.new($stdout, formatter: ->(level, _, _, message) { "\#{level} \#{message}\\n" })
        config.log_level = :debug
        config.colorize_logging = false
        config.hosts.clear
      end
    RUBY
    "config/environment.rb" => <<~RUBY,
      require_relative "application"
      Rails.application.initialize!
    RUBY
    "config/routes.rb" => "Rails.application.routes.draw do\nend\n",
    "app/controllers/application_controller.rb" => "class ApplicationController < ActionController::Base\nend\n",
    "config.ru" => "require_relative \"config/environment\"\nrun Rails.application\n"
  }.freeze

  # config/application.rb with further lines in the class.
  def self.configured(code)
    { "config/application.rb" => FILES.fetch("config/application.rb").sub(/^end$/) { "#{code}\nend" } }
  end

  # A request to another machine fails, because there is no such proxy.
  LOOPBACK_ONLY = { "https_proxy" => "http://127.0.0.1:1", "http_proxy" => "http://127.0.0.1:1",
                    "no_proxy" => "127.0.0.1" }.freeze

  # @return [String]
  attr_reader :folder

  def initialize(files = {})
    @folder = File.realpath(Dir.mktmpdir("rails"))
    FILES.merge(files).each { |path, content| write(path, content) }
  end

  def write(path, content)
    file = path_of(path)
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, content)
  end

  def read(path) = File.read(path_of(path))

  # Runs a program in the booted application.
  #
  # @param program [String]
  # @param env [String] development, test or production
  # @return [String] the output
  def run(program, env: "development", environment: {})
    output, status = capture("require \"./config/environment\"\n#{program}", env, environment)
    raise output unless status.success?

    output
  end

  # The output of an application that does not boot.
  def fail_to_boot(env: "development", environment: {})
    output, status = capture("require \"./config/environment\"", env, environment)
    raise "it has booted: #{output}" if status.success?

    output
  end

  # The environment of a process of this application.
  def variables(env: "development", environment: {})
    { "RAILS_ENV" => env, "PUSHER_URL" => nil, "RUBYLIB" => LIB, **LOOPBACK_ONLY, **environment }
  end

  def delete
    FileUtils.rm_rf(folder)
  end

  private

  def path_of(path) = File.join(folder, path)

  def capture(program, env, environment)
    output, status = Open3.capture2e(variables(env:, environment:), RbConfig.ruby, "-", stdin_data: program,
                                                                                        chdir: folder)
    [output.force_encoding(Encoding::UTF_8), status]
  end
end
