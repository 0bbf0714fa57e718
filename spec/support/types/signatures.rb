# frozen_string_literal: true

module Types
  # The declarations in sig/.
  module Signatures
    FOLDER = File.expand_path("../../../sig", __dir__)

    module_function

    def environment
      @environment ||= begin
        loader = RBS::EnvironmentLoader.new
        loader.add(path: Pathname(FOLDER))
        %w[logger timeout uri].each { |library| loader.add(library:, version: nil) }
        RBS::Environment.from_loader(loader).resolve_type_names
      end
    end

    # The declared classes and modules that are loaded.
    def classes
      names = environment.class_decls.keys.map(&:to_s).grep(/\A::Pusher(::|\z)/)
      names.filter_map { |name| name.split("::").drop(1).reduce(Object) { |outer, inner| constant(outer, inner) } }
    end

    def constant(outer, name) = outer&.const_defined?(name, false) ? outer.const_get(name, false) : nil
  end
end
