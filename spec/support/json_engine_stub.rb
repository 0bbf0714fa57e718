# frozen_string_literal: true

# The application's JSON engine, under the names that this multi_json has.
module JsonEngineStub
  module_function

  def json_engine_and_method
    defined?(MultiJSON) && MultiJSON.respond_to?(:generate) ? [MultiJSON, :generate] : [MultiJson, :dump]
  end

  # Makes the engine return this JSON for this object, when it is called with nothing else.
  def stub_json_engine(object, json)
    engine, method = json_engine_and_method
    allow(engine).to receive(method).and_call_original
    allow(engine).to receive(method).with(be(object)).and_return(json)
  end

  # The engine's JSON of an object.
  def json_of(object)
    engine, method = json_engine_and_method
    engine.public_send(method, object)
  end

  # The engine's error for invalid JSON.
  def json_parse_error
    json_engine_and_method.first::ParseError
  end
end
