# frozen_string_literal: true

require "spec_helper"
require "pusher/doctor"
require "tmpdir"

# Helpers of the specs of pusher-doctor.
module DoctorHelper
  DOCTOR = Pusher.const_get(:Internal)::Doctor

  # Yields a folder with these files.
  def application(files)
    Dir.mktmpdir do |folder|
      files.each do |name, text|
        path = File.join(folder, name)
        FileUtils.mkdir_p(File.dirname(path))
        File.binwrite(path, text)
      end
      yield folder
    end
  end
end

RSpec.configure { |config| config.include DoctorHelper }
