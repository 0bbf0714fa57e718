# frozen_string_literal: true

require "open3"
require "rbconfig"

# Programs like those of public applications: the files of spec/compatibility/programs/fixtures.
module Applications
  FOLDER = File.expand_path("../compatibility/programs/fixtures", __dir__)

  # Loads a program. The returned module has its constants.
  def load_application(name)
    Module.new.tap { |application| load(File.join(FOLDER, "#{name}.rb"), application) }
  end

  # Runs a program in a separate process, because its changes cannot be undone.
  # @return [Array<String>] the lines that it writes
  def run_application(name, environment = {})
    folders = $LOAD_PATH.flat_map { |folder| ["-I", folder] }
    output, errors, status = Open3.capture3(environment, RbConfig.ruby, *folders, File.join(FOLDER, "#{name}.rb"))
    expect(status).to be_success, "#{output}#{errors}"
    output.lines(chomp: true)
  end

  # The environment of such applications.
  def environment_of(server)
    { "PUSHER_APP_ID" => server.app.id, "PUSHER_KEY" => server.app.key, "PUSHER_SECRET" => server.app.secret,
      "PUSHER_HOST" => server.host, "PUSHER_PORT" => server.port.to_s }
  end

  # The same for programs that are loaded.
  def configure_environment(server = endpoint)
    environment_of(server).each { |name, value| ENV[name] = value }
    ENV["PUSHER_URL"] = server.url
  end
end
