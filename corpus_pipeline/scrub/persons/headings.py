"""Headings of columns, by which a table tells that its cells are names.

A heading is words in small letters; marks on letters do not count, and `_` parts words.
"""

from typing import Final

#: Of persons, whatever the other columns are.
PERSON_COLUMNS: Final = """
last name; lastname; first name; firstname; surname; forename; given name; givenname; family name;
familyname; full name; fullname; maiden name; middle name; patient name; employee name;
customer name; student name; contact name; contact person; surname forename; name surname;
nachname; vorname; familienname; geburtsname; name vorname; nachname vorname; vorname nachname;
vor und nachname; prenom; nom prenom; nom et prenom; nom de famille; apellido; apellidos;
apellidos y nombre; nombre y apellidos; nombre y apellido; apellidos nombre; primer apellido;
segundo apellido; sobrenome; nome completo; apelido; nombre completo; cognome; cognome e nome;
nome e cognome; cognome nome; achternaam; voornaam; voornamen; nazwisko; imie; imie i nazwisko;
nazwisko i imie; nazwisko imie; imie nazwisko; фамилия; отчество; фио; ф и о; фамилия имя отчество;
фамилия и имя; efternavn; fornavn; etternavn; efternamn; fornamn; prijmeni; soyadi; ad soyad;
adi soyadi; sukunimi; etunimi; прізвище; піб
"""

#: Of persons, where one of the others is, too.
NAME_COLUMNS: Final = """
name; names; last; first; patient; employee; customer; client; contact; driver; owner; holder;
account holder; cardholder; card holder; tenant; student; pupil; teacher; member; guest; passenger;
resident; insured; beneficiary; assigned to; assignee; assigned; user; user name; registered keeper;
kunde; mitarbeiter; mitarbeiterin; fahrer; halter; inhaber; ansprechpartner; mieter; schüler;
nutzer;
nom; client; conducteur; titulaire; salarie; locataire; nombre; titular; empleado; empleada;
conductor; conductora; cliente; paciente; alumno; inquilino; nome; titular; motorista; funcionario;
aluno; condutor; intestatario; dipendente; paziente; conducente; utente; naam; bestuurder; klant;
werknemer; huurder; patient; kierowca; klient; pacjent; pracownik; najemca; имя; водитель; клиент;
пациент; сотрудник; владелец; абонент; арендатор; navn; namn; jmeno; ad; isim; nimi; ім'я
"""

#: What else is told of persons.
BESIDE: Final = """
dob; date of birth; birth date; birthdate; birthday; born; age; sex; gender; ssn; sin; nino;
ni number; nhs; nhs no; nhs number; passport; passport no; licence; license; driver license; phone;
phone no; phone number; telephone; tel; mobile; cell; email; e mail; mail; address; home address;
street; zip; postcode; salary; card; card number; account; iban; plate; reg; geburtsdatum;
geburtstag; geb; telefon; tel nr; handy; anschrift; adresse; plz; kennzeichen; steuer id;
svnr; date de naissance; naissance; telephone; portable; courriel; mel; adresse; permis; nir;
immatriculation; carte; fecha de nacimiento; nacimiento; telefono; movil; correo; direccion;
domicilio;
dni; nif; nie; nss; curp; rfc; matricula; data de nascimento; nascimento; telefone; fone; celular;
endereco; cpf; rg; nif; placa; data di nascita; nascita; nato il; cellulare; indirizzo;
codice fiscale;
cf; targa; geboortedatum; telefoonnummer; adres; bsn; kenteken; postcode; data urodzenia; urodzenia;
telefon; adres; pesel; nip; nr rejestracyjny; дата рождения; телефон; тел; адрес; паспорт; снилс;
инн; госномер; почта; fodselsdato; fodelsedatum; personnummer; adresse; telefonnummer; vin
"""
