//! Words that a reader of the page may not know.

/// English word and text, Russian word and text.
pub const GLOSSARY: &[(&str, &str, &str, &str)] = &[
    (
        "At the limit",
        "An hour in which the limit holds the flow back: one more megawatt of room would save money.",
        "На пределе",
        "Час, когда предел сдерживает переток: ещё один мегаватт запаса сберёг бы деньги.",
    ),
    (
        "Assumption",
        "A number that is not published. It has a range and a reason, and studies of many futures draw it from the range.",
        "Допущение",
        "Неопубликованное число. У него есть диапазон и обоснование; в расчётах многих вариантов оно берётся из диапазона.",
    ),
    (
        "Break-even tariff",
        "The price of a kilowatt-hour at which a machine earns exactly its power bill.",
        "Тариф безубыточности",
        "Цена киловатт-часа, при которой машина зарабатывает ровно на свой счёт за энергию.",
    ),
    (
        "Curtailed",
        "Mining load that was asked for but cut because of grid limits or contracts.",
        "Отключённый майнинг",
        "Нагрузка майнинга, которую сняли из-за пределов сети или договоров.",
    ),
    (
        "EH/s",
        "Exahashes per second: 10¹⁸ tries a second at the network’s puzzle.",
        "EH/s",
        "Эксахеши в секунду: 10¹⁸ попыток решить задачу сети за секунду.",
    ),
    (
        "Hashprice",
        "What a petahash per second earns in a day.",
        "Хешпрайс",
        "Сколько петахеш в секунду зарабатывает за сутки.",
    ),
    (
        "Imposed, fitted, predicted",
        "Imposed: an input. Fitted: a free number was chosen to meet a published figure. Predicted: neither; only this is evidence.",
        "Задано, подогнано, предсказано",
        "Задано: входное данное. Подогнано: свободное число выбрано под опубликованное. Предсказано: ни то, ни другое; лишь это – свидетельство.",
    ),
    (
        "North–south corridor",
        "The lines that carry the power of Bratsk and Ust-Ilimsk to Irkutsk and the south.",
        "Коридор север – юг",
        "Линии, по которым энергия Братска и Усть-Илимска идёт к Иркутску и на юг.",
    ),
    (
        "PUE",
        "Energy of a mining site over the energy of its machines; 1.00 would be cooling for free.",
        "PUE",
        "Энергия площадки к энергии её машин; 1,00 – охлаждение даром.",
    ),
    (
        "Range of outcomes",
        "From P5 to P95: nine futures of ten lie inside. More members do not make it smaller.",
        "Диапазон исходов",
        "От P5 до P95: внутри девять вариантов из десяти. Больше вариантов его не сузит.",
    ),
    (
        "Simulation error",
        "Standard error of a mean over the members. More members make it smaller.",
        "Ошибка расчёта",
        "Стандартная ошибка среднего по вариантам. Больше вариантов – она меньше.",
    ),
    (
        "Simulated winter",
        "A winter drawn by the weather generator, alike in statistics to the real ones, but none of them.",
        "Модельная зима",
        "Зима из генератора погоды: статистически похожа на настоящие, но ни одна из них.",
    ),
    (
        "Unserved energy",
        "Ordinary load that the grid could not supply.",
        "Недоотпуск",
        "Обычная нагрузка, которую сеть не смогла обеспечить.",
    ),
];
