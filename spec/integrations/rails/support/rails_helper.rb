# frozen_string_literal: true

require_relative "../../../spec_helper"
require_relative "rails_application"

# Applications of one example.
module RailsApplications
  def self.included(group)
    group.after { applications.each(&:delete) }
  end

  # @param files [Hash{String => String}] the content of files by path; they replace those of the minimal application
  def rails_application(files = {})
    RailsApplication.new(files).tap { |application| applications << application }
  end

  # The output of a program in a new application.
  def boot(program = "", files: {}, **options)
    rails_application(files).run(program, **options)
  end

  private

  def applications
    @applications ||= []
  end
end

RSpec.configure { |config| config.include RailsApplications }
